/*
 * Adds `ttyState(fd)` to node-pty's functions: what the program on the other side of a terminal's master has asked of
 * the kernel. 1: it echoes; 2: it gathers lines; -1: the terminal is gone. build-pty.ts renames node-pty's own entry.
 */
#include <node_api.h>
#include <termios.h>

#undef napi_register_module_v1

extern "C" napi_value node_pty_register(napi_env env, napi_value exports);

static napi_value tty_state(napi_env env, napi_callback_info info) {
  size_t count = 1;
  napi_value argument;
  int32_t fd = -1;
  int32_t state = -1;
  struct termios settings;
  napi_get_cb_info(env, info, &count, &argument, nullptr, nullptr);
  if (count == 1 && napi_get_value_int32(env, argument, &fd) == napi_ok && tcgetattr(fd, &settings) == 0) {
    state = (settings.c_lflag & ECHO ? 1 : 0) | (settings.c_lflag & ICANON ? 2 : 0);
  }
  napi_value result;
  napi_create_int32(env, state, &result);
  return result;
}

extern "C" NAPI_MODULE_EXPORT napi_value napi_register_module_v1(napi_env env, napi_value exports) {
  napi_value extended = node_pty_register(env, exports);
  napi_value function;
  if (extended == nullptr) return nullptr;
  napi_create_function(env, "ttyState", NAPI_AUTO_LENGTH, tty_state, nullptr, &function);
  napi_set_named_property(env, extended, "ttyState", function);
  return extended;
}
