/* spawn as JavaScript calls it: strings in, a program on a terminal out. */
#include "call.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* NULL when it is no string, or has a NUL within. */
static char *string_of(napi_env env, napi_value value) {
  size_t length = 0;
  if (napi_get_value_string_utf8(env, value, NULL, 0, &length) != napi_ok) return NULL;
  char *text = malloc(length + 1);
  napi_get_value_string_utf8(env, value, text, length + 1, &length);
  /* The kernel would see its first part only. */
  if (strlen(text) == length) return text;
  free(text);
  return NULL;
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
napi_value js_spawn(napi_env env, napi_callback_info info) {
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
