/*
 * The native part of the terminals: starts programs on pseudo-terminals, reads what they print in batches, waits for
 * their end, and moves bytes to and from viewers. One `struct addon` per Node environment, one `struct terminal` per
 * program, one `struct connection` per viewer. Everything runs on the event loop's thread; no lock, no thread of our
 * own. Sizes of libuv's handles are asked for at run time, so that one binary fits every Node with libuv 1.
 */
#pragma once
#define _GNU_SOURCE
#include <node_api.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <uv.h>

enum { spare_batches = 4 };

/* In what uv_hrtime counts in. */
static const uint64_t ms = 1000000;

struct addon {
  napi_env env;
  uv_loop_t *loop;
  /* SIGCHLD; there while a program runs that nobody has waited for. */
  uv_signal_t *signals;
  struct child *children;
  struct watched *watched;
  /* libuv handles that are not closed yet. */
  int handles;
  napi_async_cleanup_hook_handle cleanup;
  /* Memory for batches that nobody uses. */
  char *spare[spare_batches];
  int spares;
  /* Where something was typed last, and when (uv_hrtime). */
  const struct terminal *typed_in;
  uint64_t typed_at;
  /* The terminal that last gave a stream, and when it took turns with another one. */
  const struct terminal *streaming;
  uint64_t turns_at;
  /* Runs while something went the short way that JavaScript has not been told of, and since when (uv_hrtime). */
  uv_timer_t *books;
  uint64_t books_at;
  bool dying;
};

/* A running program. */
struct child {
  struct child *next;
  pid_t pid;
  napi_ref on_exit;
};

/* What start_program needs. Arrays end with NULL. */
struct program {
  char *file, **args, **env, *cwd;
  int cols, rows;
};

/* A descriptor of ours that libuv watches, and JavaScript's buffer and function for what it brings; watched.c. */
struct watched {
  struct addon *addon;
  struct watched *next;
  int fd;
  /* What is waited for: UV_READABLE, UV_WRITABLE. */
  int events;
  uv_poll_t *poll;
  /* Only terminals have one. */
  uv_timer_t *timer;
  int open_handles;
  /* Shared by many; what is in it counts during one call of `on_data`. */
  char *target;
  napi_ref target_ref, on_data;
  /* Gives back what else it holds; NULL for nothing. */
  void (*on_close)(struct watched *watched);
  bool closed;
  /* JavaScript holds it no more. */
  bool forgotten;
};

struct terminal {
  struct watched watched;
  /* Output that waits for more to go with it, NULL when none does; the first `shown` bytes went the short way. */
  char *batch;
  size_t waiting, shown;
  /* When output went on last, to a viewer or to JavaScript. */
  uint64_t told_at;
  /* Was anything typed since the last batch? */
  bool typed;
  /* JavaScript wants output; it naps when others go first for a moment. */
  bool reading, napping;
  bool ended;
  /* Where its next output goes first, and from which offset; NULL for nowhere. */
  struct connection *viewer;
  uint64_t offset;
  size_t allowance;
  /* terminal_state as JavaScript knows it. */
  int state;
  /* Bytes that JavaScript is about to write and that were written already. */
  size_t ahead;
};

struct connection {
  struct watched watched;
  /* The other end of `viewer`. */
  struct terminal *terminal;
  /* Number of the next typed byte; -1 when keys go no short way. */
  int64_t next_key;
  /* What the kernel had no room for of a frame that went the short way. */
  char *rest;
  size_t rest_from, rest_length;
  /* JavaScript waits for room too. */
  bool awaited;
  /* Frames as they came, of which JavaScript has not been told; their `typed` bytes are in the terminal. */
  char held[512];
  size_t held_bytes, typed;
};

enum { target_bytes = 65536 };

/* start.c. Gives the master's descriptor, or -1 with errno; `step` names what failed. */
int start_program(const struct program *program, pid_t *pid, const char **step);
void resize_terminal(int fd, int cols, int rows);
/* 1: echoes, 2: gathers lines, -1: gone. */
int terminal_state(int fd);

/* children.c. Calls `on_exit(code, signal)` once when it has ended. watch_exits first, before any program starts. */
bool watch_exits(struct addon *addon);
void add_child(struct addon *addon, pid_t pid, napi_value on_exit);

/*
 * watched.c. `size` is that of the struct that begins with it. NULL, with errno, for a buffer that is too small or a
 * descriptor that cannot be watched; `fd` stays open then.
 */
void *open_watched(struct addon *addon, size_t size, int fd, napi_value target, napi_value on_data);
/* `on_event` as libuv calls it. Nothing is waited for when `events` is 0. */
void wait_for(struct watched *watched, int events, uv_poll_cb on_event);
/* Closes the descriptor. Safe to call twice; so is all else on a closed one, until it is forgotten. */
void close_watched(struct watched *watched);
/* JavaScript's last word on it. */
void forget_watched(struct watched *watched);
/* Tells JavaScript; what it does there may close this one. */
void tell_watched(struct watched *watched, size_t count, const int32_t *numbers);

/* reader.c. As open_watched. */
struct terminal *open_terminal(struct addon *addon, int fd, napi_value target, napi_value on_data);
void start_reading(struct terminal *terminal);
void stop_reading(struct terminal *terminal);
/* Bytes taken; 0 when there is no room, -1 when the terminal is gone. */
ssize_t write_terminal(struct terminal *terminal, const void *bytes, size_t length);
/* Tells JavaScript what was shown and not told. */
void settle_output(struct terminal *terminal);
/* Hands on what is left without waiting; true when the terminal is at its end. */
bool drain_terminal(struct terminal *terminal);

/* connection.c. Watches a copy of the socket `fd`, which its owner may close. As open_watched. */
struct connection *open_connection(struct addon *addon, int fd, napi_value target, napi_value on_event);
/* Writes the pieces as one. Bytes taken; 0 when there is no room, -1 when the connection is gone. */
ssize_t send_on(struct connection *connection, const void *head, size_t head_length, const void *body, size_t length);
/* As send_on, but keeps what there is no room for; false when nothing was taken. */
bool send_whole(struct connection *connection, const void *head, size_t head_length, const void *body, size_t length);
/* Tells once when there is room again. */
void await_room(struct connection *connection);
/* Tells JavaScript what was typed or acknowledged, and not told. */
void settle_keys(struct connection *connection);
/* Nothing more will be sent. */
void end_sending(struct connection *connection);

/* shortcut.c. For output from `offset` on, `allowance` bytes at most, and keys from `next_key` on. */
void join(struct terminal *terminal, struct connection *connection, uint64_t offset, size_t allowance, int64_t next_key);
void part(struct terminal *terminal);
/* Types what an INPUT holds, or keeps an ACK for the books; `bytes` as they came. False when it is neither alone. */
bool take_at_once(struct connection *connection, const uint8_t *bytes, size_t length);
/* Tells JavaScript what it has not been told, some ms from now. */
void settle_later(struct addon *addon);
/* Tells it now. */
void settle(struct terminal *terminal);
/* Sends output; false when it may not. */
bool show_at_once(struct terminal *terminal, const char *bytes, size_t length);

/* plain.c. What a batch holds, in sequences that are whole; JavaScript knows these numbers. */
enum holds { holds_anything, holds_text, holds_drawing };
enum holds what_holds(const char *bytes, size_t length);
/* Without what is begun at the end: a control sequence, or a character of two bytes that may be a control. */
size_t whole_bytes(const char *bytes, size_t length);

/* spawn.c: spawn(file, args, env, cwd, cols, rows, onExit) */
napi_value js_spawn(napi_env env, napi_callback_info info);

/* exports.c */
void export_functions(struct addon *addon, napi_value exports);

/* addon.c */
uv_handle_t *new_handle(struct addon *addon, uv_handle_type type, void *data);
void close_handle(struct addon *addon, uv_handle_t *handle, uv_close_cb closed);
/* Calls JavaScript from the event loop; what it throws goes the way of uncaught exceptions. */
void call_js(struct addon *addon, napi_ref function, size_t count, const int32_t *numbers);
