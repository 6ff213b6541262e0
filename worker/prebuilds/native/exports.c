/* What JavaScript sees: pty-native.ts describes it. */
#include "call.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What the first argument is; NULL, with an error thrown, when it is nothing of ours. */
static struct watched *watched_of(napi_env env, const struct call *call) {
  void *watched = NULL;
  if (napi_get_value_external(env, call->arguments[0], &watched) == napi_ok) return watched;
  napi_throw_type_error(env, NULL, "the first argument is neither terminal nor connection");
  return NULL;
}

/* Terminals have timers, connections have none. */
static struct terminal *terminal_of(napi_env env, const struct call *call) {
  struct watched *watched = watched_of(env, call);
  if (!watched || watched->timer) return (struct terminal *)watched;
  napi_throw_type_error(env, NULL, "the first argument is no terminal");
  return NULL;
}

static struct connection *connection_of(napi_env env, const struct call *call) {
  struct watched *watched = watched_of(env, call);
  if (!watched || !watched->timer) return (struct connection *)watched;
  napi_throw_type_error(env, NULL, "the first argument is no connection");
  return NULL;
}

/* Calls that take a terminal, or a connection, and nothing else. */
static napi_value with_terminal(napi_env env, napi_callback_info info, void (*run)(struct terminal *)) {
  const struct call call = called(env, info);
  struct terminal *terminal = terminal_of(env, &call);
  if (terminal) run(terminal);
  return NULL;
}

static napi_value with_connection(napi_env env, napi_callback_info info, void (*run)(struct connection *)) {
  const struct call call = called(env, info);
  struct connection *connection = connection_of(env, &call);
  if (connection) run(connection);
  return NULL;
}

static napi_value js_pause(napi_env env, napi_callback_info info) { return with_terminal(env, info, stop_reading); }
static napi_value js_resume(napi_env env, napi_callback_info info) { return with_terminal(env, info, start_reading); }
static napi_value js_settle(napi_env env, napi_callback_info info) { return with_terminal(env, info, settle); }
static napi_value js_await_room(napi_env env, napi_callback_info info) { return with_connection(env, info, await_room); }
static napi_value js_end(napi_env env, napi_callback_info info) { return with_connection(env, info, end_sending); }

static void on_forgotten(napi_env env, void *watched, void *hint) {
  (void)env;
  (void)hint;
  forget_watched(watched);
}

/* What was opened, to JavaScript; NULL is an error of which errno tells. */
static napi_value opened(napi_env env, void *watched, const char *call) {
  napi_value result = NULL;
  if (watched) {
    napi_create_external(env, watched, on_forgotten, NULL, &result);
    return result;
  }
  char message[256];
  snprintf(message, sizeof message, "%s(fd, buffer of 64 KB, listener): %s", call, strerror(errno));
  napi_throw_error(env, NULL, message);
  return NULL;
}

/* open(fd, target, onData): terminal */
static napi_value js_open(napi_env env, napi_callback_info info) {
  const struct call call = called(env, info);
  const napi_value *argument = call.arguments;
  return opened(env, open_terminal(call.addon, int_of(env, argument[0]), argument[1], argument[2]), "open");
}

/* connect(fd, target, onEvent): connection */
static napi_value js_connect(napi_env env, napi_callback_info info) {
  const struct call call = called(env, info);
  const napi_value *argument = call.arguments;
  return opened(env, open_connection(call.addon, int_of(env, argument[0]), argument[1], argument[2]), "connect");
}

/* send(connection, head, headLength, body?): bytes taken, as send_on says. */
static napi_value js_send(napi_env env, napi_callback_info info) {
  const struct call call = called(env, info);
  struct connection *connection = connection_of(env, &call);
  void *head = NULL, *body = NULL;
  size_t room = 0, length = 0;
  if (!connection) return NULL;
  const int head_length = int_of(env, call.arguments[2]);
  if (napi_get_buffer_info(env, call.arguments[1], &head, &room) != napi_ok || head_length < 0 ||
      (size_t)head_length > room) {
    napi_throw_type_error(env, NULL, "send(connection, head, headLength, body)");
    return NULL;
  }
  /* Whatever is no bytes is no body. */
  if (napi_get_buffer_info(env, call.arguments[3], &body, &length) != napi_ok) length = 0;
  napi_value result;
  napi_create_int32(env, send_on(connection, head, head_length, body, length), &result);
  return result;
}

/* join(terminal, connection, offset, allowance, nextKey) */
static napi_value js_join(napi_env env, napi_callback_info info) {
  const struct call call = called(env, info);
  struct terminal *terminal = terminal_of(env, &call);
  const struct call other = {call.addon, {call.arguments[1]}};
  struct connection *connection = terminal ? connection_of(env, &other) : NULL;
  double offset = 0, next_key = -1;
  if (!connection) return NULL;
  if (terminal->viewer != connection) {
    settle(terminal);
    if (connection->terminal) settle(connection->terminal);
  }
  napi_get_value_double(env, call.arguments[2], &offset);
  napi_get_value_double(env, call.arguments[4], &next_key);
  join(terminal, connection, offset, int_of(env, call.arguments[3]), next_key);
  return NULL;
}

/* Of a terminal or a connection. */
static napi_value js_part(napi_env env, napi_callback_info info) {
  const struct call call = called(env, info);
  struct watched *watched = watched_of(env, &call);
  struct terminal *terminal = NULL;
  if (watched) terminal = watched->timer ? (struct terminal *)watched : ((struct connection *)watched)->terminal;
  if (!terminal) return NULL;
  settle(terminal);
  part(terminal);
  return NULL;
}

/* write(terminal, bytes): as write_terminal; what went the short way counts as taken. */
static napi_value js_write(napi_env env, napi_callback_info info) {
  const struct call call = called(env, info);
  struct terminal *terminal = terminal_of(env, &call);
  void *bytes = NULL;
  size_t length = 0;
  if (!terminal || napi_get_buffer_info(env, call.arguments[1], &bytes, &length) != napi_ok) return NULL;
  napi_value result;
  const size_t ahead = terminal->ahead < length ? terminal->ahead : length;
  terminal->ahead -= ahead;
  const ssize_t taken = ahead < length ? write_terminal(terminal, (char *)bytes + ahead, length - ahead) : 0;
  /* JavaScript keeps the rest, which goes before any key. */
  if (taken < (ssize_t)(length - ahead) && terminal->viewer) terminal->viewer->next_key = -1;
  napi_create_int32(env, taken < 0 ? -1 : (int32_t)(ahead + taken), &result);
  return result;
}

/* resize(terminal, cols, rows) */
static napi_value js_resize(napi_env env, napi_callback_info info) {
  const struct call call = called(env, info);
  struct terminal *terminal = terminal_of(env, &call);
  if (terminal && !terminal->watched.closed) {
    resize_terminal(terminal->watched.fd, int_of(env, call.arguments[1]), int_of(env, call.arguments[2]));
  }
  return NULL;
}

/* state(terminal): see terminal_state */
static napi_value js_state(napi_env env, napi_callback_info info) {
  const struct call call = called(env, info);
  struct terminal *terminal = terminal_of(env, &call);
  napi_value result = NULL;
  if (terminal) {
    terminal->state = terminal->watched.closed ? -1 : terminal_state(terminal->watched.fd);
    napi_create_int32(env, terminal->state, &result);
  }
  return result;
}

/* drain(terminal): is it at its end? */
static napi_value js_drain(napi_env env, napi_callback_info info) {
  const struct call call = called(env, info);
  struct terminal *terminal = terminal_of(env, &call);
  napi_value result = NULL;
  if (terminal) napi_get_boolean(env, drain_terminal(terminal), &result);
  return result;
}

/* Of a terminal or a connection. */
static napi_value js_close(napi_env env, napi_callback_info info) {
  const struct call call = called(env, info);
  struct watched *watched = watched_of(env, &call);
  if (watched) close_watched(watched);
  return NULL;
}

void export_functions(struct addon *addon, napi_value exports) {
  const napi_env env = addon->env;
  const struct {
    const char *name;
    napi_callback call;
  } functions[] = {
      {"spawn", js_spawn}, {"open", js_open},   {"write", js_write},   {"resize", js_resize}, {"state", js_state},
      {"pause", js_pause}, {"drain", js_drain}, {"resume", js_resume}, {"close", js_close},
      {"connect", js_connect}, {"send", js_send}, {"awaitRoom", js_await_room}, {"end", js_end},
      {"join", js_join}, {"part", js_part}, {"settle", js_settle},
  };
  for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
    napi_value function;
    napi_create_function(env, functions[i].name, NAPI_AUTO_LENGTH, functions[i].call, addon, &function);
    napi_set_named_property(env, exports, functions[i].name, function);
  }
}
