/*
 * The native part of the terminals: starts programs on pseudo-terminals, reads what they print in batches, and waits
 * for their end. One `struct addon` per Node environment, one `struct terminal` per program. Everything runs on the
 * event loop's thread; no lock, no thread of our own. Sizes of libuv's handles are asked for at run time, so that one
 * binary fits every Node with libuv 1.
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

struct addon {
  napi_env env;
  uv_loop_t *loop;
  /* SIGCHLD; there while a program runs that nobody has waited for. */
  uv_signal_t *signals;
  struct child *children;
  struct terminal *terminals;
  /* libuv handles that are not closed yet. */
  int handles;
  napi_async_cleanup_hook_handle cleanup;
  /* Memory for batches that nobody uses. */
  char *spare[spare_batches];
  int spares;
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

struct terminal {
  struct addon *addon;
  struct terminal *next;
  int fd;
  uv_poll_t *poll;
  uv_timer_t *timer;
  /* Output that waits for more to go with it; NULL when none does. */
  char *batch;
  size_t waiting;
  uint64_t told_at;
  /* Was anything typed since the last batch? */
  bool typed;
  bool reading, ended, closed;
  /* JavaScript holds it no more. */
  bool forgotten;
  int open_handles;
  /* JavaScript's buffer, into which each batch is copied, and whom to tell its length. */
  char *target;
  napi_ref target_ref, on_data;
};

/* start.c. Gives the master's descriptor, or -1 with errno; `step` names what failed. */
int start_program(const struct program *program, pid_t *pid, const char **step);
void resize_terminal(int fd, int cols, int rows);
/* 1: echoes, 2: gathers lines, -1: gone. */
int terminal_state(int fd);

/* children.c. Calls `on_exit(code, signal)` once when it has ended. watch_exits first, before any program starts. */
bool watch_exits(struct addon *addon);
void add_child(struct addon *addon, pid_t pid, napi_value on_exit);

/* reader.c. NULL, with errno, for a buffer that is too small or a descriptor that cannot be watched; `fd` stays open then. */
struct terminal *open_terminal(struct addon *addon, int fd, napi_value target, napi_value on_data);
void start_reading(struct terminal *terminal);
void stop_reading(struct terminal *terminal);
/* Hands on what is left without waiting; true when the terminal is at its end. */
bool drain_terminal(struct terminal *terminal);
/* Safe to call twice; so is all else on a closed one, until it is forgotten. */
void close_terminal(struct terminal *terminal);
/* JavaScript's last word on it. */
void forget_terminal(struct terminal *terminal);

/* plain.c. Is it text and colours and nothing else, neither begun before nor left unfinished? */
bool is_plain(const char *bytes, size_t length);

/* addon.c */
uv_handle_t *new_handle(struct addon *addon, uv_handle_type type, void *data);
void close_handle(struct addon *addon, uv_handle_t *handle, uv_close_cb closed);
/* Calls JavaScript from the event loop; what it throws goes the way of uncaught exceptions. */
void call_js(struct addon *addon, napi_ref function, size_t count, const int32_t *numbers);
