/* What a call from JavaScript brings. */
#pragma once
#include "terminal.h"

enum { most_arguments = 7 };

struct call {
  struct addon *addon;
  napi_value arguments[most_arguments];
};

static inline struct call called(napi_env env, napi_callback_info info) {
  struct call call = {0};
  size_t count = most_arguments;
  void *data = NULL;
  napi_get_cb_info(env, info, &count, call.arguments, NULL, &data);
  call.addon = data;
  return call;
}

static inline int int_of(napi_env env, napi_value value) {
  int32_t number = 0;
  napi_get_value_int32(env, value, &number);
  return number;
}
