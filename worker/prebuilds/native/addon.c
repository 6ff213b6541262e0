/* What belongs to one Node environment, from its start to its end. */
#include "terminal.h"
#include <stdlib.h>

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
  napi_value callback, self, thrown, arguments[3];
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
  while (addon->watched) close_watched(addon->watched);
  close_handle(addon, (uv_handle_t *)addon->books, NULL);
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

NAPI_MODULE_INIT() {
  struct addon *addon = calloc(1, sizeof *addon);
  addon->env = env;
  napi_get_uv_event_loop(env, &addon->loop);
  addon->books = (uv_timer_t *)new_handle(addon, UV_TIMER, addon);
  uv_timer_init(addon->loop, addon->books);
  uv_unref((uv_handle_t *)addon->books);
  napi_add_async_cleanup_hook(env, on_cleanup, addon, &addon->cleanup);
  export_functions(addon, exports);
  return exports;
}
