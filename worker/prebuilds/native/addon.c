/* What JavaScript sees: pty-native.ts describes it. */
#include "terminal.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

uv_handle_t *new_handle(struct addon *addon, uv_handle_type type, void *data) {
  uv_handle_t *handle = calloc(1, uv_handle_size(type));
  uv_handle_set_data(handle, data);
  addon->handles++;
  return handle;
}

/* Each handle remembers its own callback in front of the addon's count. */
struct closing {
  struct addon *addon;
  void *data;
  uv_close_cb closed;
};

static void finish_if_dead(struct addon *addon) {
  if (!addon->dying || addon->handles > 0) return;
  while (addon->spares > 0) free(addon->spare[--addon->spares]);
  napi_remove_async_cleanup_hook(addon->cleanup);
  free(addon);
}

static void on_closed(uv_handle_t *handle) {
  struct closing *closing = uv_handle_get_data(handle);
  struct addon *addon = closing->addon;
  uv_handle_set_data(handle, closing->data);
  if (closing->closed) closing->closed(handle);
  free(closing);
  free(handle);
  addon->handles--;
  finish_if_dead(addon);
}

void close_handle(struct addon *addon, uv_handle_t *handle, uv_close_cb closed) {
  struct closing *closing = malloc(sizeof *closing);
  *closing = (struct closing){addon, uv_handle_get_data(handle), closed};
  uv_handle_set_data(handle, closing);
  uv_close(handle, on_closed);
}

void call_js(struct addon *addon, napi_ref function, size_t count, const int32_t *numbers) {
  napi_env env = addon->env;
  napi_handle_scope scope;
  napi_value callback, self, thrown, arguments[2];
  if (napi_open_handle_scope(env, &scope) != napi_ok) return;
  napi_get_reference_value(env, function, &callback);
  napi_get_global(env, &self);
  for (size_t i = 0; i < count; i++) napi_create_int32(env, numbers[i], &arguments[i]);
  if (napi_make_callback(env, NULL, self, callback, count, arguments, NULL) == napi_pending_exception &&
      napi_get_and_clear_last_exception(env, &thrown) == napi_ok) {
    napi_fatal_exception(env, thrown);
  }
  napi_close_handle_scope(env, scope);
}

/* The environment ends: nothing is told any more, and libuv's handles must be closed before its loop. */
static void on_cleanup(napi_async_cleanup_hook_handle hook, void *data) {
  (void)hook;
  struct addon *addon = data;
  addon->dying = true;
  /* Kept from being freed while the list is gone through. */
  addon->handles++;
  while (addon->terminals) close_terminal(addon->terminals);
  if (addon->signals) close_handle(addon, (uv_handle_t *)addon->signals, NULL);
  while (addon->children) {
    struct child *child = addon->children;
    addon->children = child->next;
    napi_delete_reference(addon->env, child->on_exit);
    free(child);
  }
  addon->handles--;
  finish_if_dead(addon);
}

enum { most_arguments = 7 };

struct call {
  struct addon *addon;
  napi_value arguments[most_arguments];
};

static struct call called(napi_env env, napi_callback_info info) {
  struct call call = {0};
  size_t count = most_arguments;
  void *data = NULL;
  napi_get_cb_info(env, info, &count, call.arguments, NULL, &data);
  call.addon = data;
  return call;
}

/* The terminal that is the first argument; NULL, with an error thrown, when it is none. */
static struct terminal *terminal_of(napi_env env, const struct call *call) {
  void *terminal = NULL;
  if (napi_get_value_external(env, call->arguments[0], &terminal) != napi_ok) {
    napi_throw_type_error(env, NULL, "the first argument is no terminal");
    return NULL;
  }
  return terminal;
}

static int int_of(napi_env env, napi_value value) {
  int32_t number = 0;
  napi_get_value_int32(env, value, &number);
  return number;
}

static char *string_of(napi_env env, napi_value value) {
  size_t length = 0;
  if (napi_get_value_string_utf8(env, value, NULL, 0, &length) != napi_ok) return NULL;
  char *text = malloc(length + 1);
  napi_get_value_string_utf8(env, value, text, length + 1, &length);
  return text;
}

static void free_strings(char **strings) {
  for (char **string = strings; string && *string; string++) free(*string);
  free(strings);
}

/* NULL when it is no array of strings. `first` stands before them when it is not NULL. */
static char **strings_of(napi_env env, napi_value array, const char *first) {
  uint32_t length = 0;
  if (napi_get_array_length(env, array, &length) != napi_ok) return NULL;
  char **strings = calloc(length + 2, sizeof *strings);
  char **next = strings;
  if (first) *next++ = strdup(first);
  for (uint32_t i = 0; i < length; i++) {
    napi_value value;
    if (napi_get_element(env, array, i, &value) == napi_ok && (*next = string_of(env, value))) next++;
    else {
      free_strings(strings);
      return NULL;
    }
  }
  return strings;
}

/* spawn(file, args, env, cwd, cols, rows, onExit): { fd, pid } */
static napi_value js_spawn(napi_env env, napi_callback_info info) {
  const struct call call = called(env, info);
  const napi_value *argument = call.arguments;
  struct program program = {.file = string_of(env, argument[0]), .cwd = string_of(env, argument[3])};
  program.args = strings_of(env, argument[1], program.file);
  program.env = strings_of(env, argument[2], NULL);
  program.cols = int_of(env, argument[4]);
  program.rows = int_of(env, argument[5]);
  napi_valuetype kind = napi_undefined;
  napi_typeof(env, argument[6], &kind);
  napi_value result = NULL;
  if (!program.file || !program.cwd || !program.args || !program.env || kind != napi_function) {
    napi_throw_type_error(env, NULL, "spawn(file, args, env, cwd, cols, rows, onExit)");
  } else {
    pid_t pid = 0;
    const char *step = "no signal can be watched";
    const int fd = watch_exits(call.addon) ? start_program(&program, &pid, &step) : -1;
    if (fd < 0) {
      char message[256];
      snprintf(message, sizeof message, "%s: %s", step, strerror(errno));
      napi_throw_error(env, NULL, message);
    } else {
      napi_value value;
      add_child(call.addon, pid, argument[6]);
      napi_create_object(env, &result);
      napi_create_int32(env, fd, &value);
      napi_set_named_property(env, result, "fd", value);
      napi_create_int32(env, pid, &value);
      napi_set_named_property(env, result, "pid", value);
    }
  }
  free(program.file);
  free(program.cwd);
  free_strings(program.args);
  free_strings(program.env);
  return result;
}

static void on_forgotten(napi_env env, void *terminal, void *hint) {
  (void)env;
  (void)hint;
  forget_terminal(terminal);
}

/* open(fd, target, onData): terminal */
static napi_value js_open(napi_env env, napi_callback_info info) {
  const struct call call = called(env, info);
  struct terminal *terminal =
      open_terminal(call.addon, int_of(env, call.arguments[0]), call.arguments[1], call.arguments[2]);
  napi_value result = NULL;
  if (!terminal) {
    char message[256];
    snprintf(message, sizeof message, "open(fd, buffer of 64 KB, onData): %s", strerror(errno));
    napi_throw_error(env, NULL, message);
  } else napi_create_external(env, terminal, on_forgotten, NULL, &result);
  return result;
}

/* write(terminal, bytes): how many were taken; 0 when there is no room, -1 when the terminal is gone. */
static napi_value js_write(napi_env env, napi_callback_info info) {
  const struct call call = called(env, info);
  struct terminal *terminal = terminal_of(env, &call);
  void *bytes = NULL;
  size_t length = 0;
  if (!terminal || napi_get_buffer_info(env, call.arguments[1], &bytes, &length) != napi_ok) return NULL;
  ssize_t taken = -1;
  if (!terminal->closed) {
    terminal->typed = true;
    do taken = write(terminal->fd, bytes, length);
    while (taken < 0 && errno == EINTR);
    if (taken < 0 && errno == EAGAIN) taken = 0;
  }
  napi_value result;
  napi_create_int32(env, taken, &result);
  return result;
}

/* resize(terminal, cols, rows) */
static napi_value js_resize(napi_env env, napi_callback_info info) {
  const struct call call = called(env, info);
  struct terminal *terminal = terminal_of(env, &call);
  if (terminal && !terminal->closed) {
    resize_terminal(terminal->fd, int_of(env, call.arguments[1]), int_of(env, call.arguments[2]));
  }
  return NULL;
}

/* state(terminal): see terminal_state */
static napi_value js_state(napi_env env, napi_callback_info info) {
  const struct call call = called(env, info);
  struct terminal *terminal = terminal_of(env, &call);
  napi_value result = NULL;
  if (terminal) napi_create_int32(env, terminal->closed ? -1 : terminal_state(terminal->fd), &result);
  return result;
}

static napi_value js_pause(napi_env env, napi_callback_info info) {
  const struct call call = called(env, info);
  struct terminal *terminal = terminal_of(env, &call);
  if (terminal) stop_reading(terminal);
  return NULL;
}

static napi_value js_resume(napi_env env, napi_callback_info info) {
  const struct call call = called(env, info);
  struct terminal *terminal = terminal_of(env, &call);
  if (terminal) start_reading(terminal);
  return NULL;
}

/* drain(terminal): is it at its end? */
static napi_value js_drain(napi_env env, napi_callback_info info) {
  const struct call call = called(env, info);
  struct terminal *terminal = terminal_of(env, &call);
  napi_value result = NULL;
  if (terminal) napi_get_boolean(env, drain_terminal(terminal), &result);
  return result;
}

static napi_value js_close(napi_env env, napi_callback_info info) {
  const struct call call = called(env, info);
  struct terminal *terminal = terminal_of(env, &call);
  if (terminal) close_terminal(terminal);
  return NULL;
}

NAPI_MODULE_INIT() {
  struct addon *addon = calloc(1, sizeof *addon);
  addon->env = env;
  const struct {
    const char *name;
    napi_callback call;
  } functions[] = {
      {"spawn", js_spawn}, {"open", js_open},   {"write", js_write},   {"resize", js_resize}, {"state", js_state},
      {"pause", js_pause}, {"drain", js_drain}, {"resume", js_resume}, {"close", js_close},
  };
  napi_get_uv_event_loop(env, &addon->loop);
  napi_add_async_cleanup_hook(env, on_cleanup, addon, &addon->cleanup);
  for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
    napi_value function;
    napi_create_function(env, functions[i].name, NAPI_AUTO_LENGTH, functions[i].call, addon, &function);
    napi_set_named_property(env, exports, functions[i].name, function);
  }
  return exports;
}
