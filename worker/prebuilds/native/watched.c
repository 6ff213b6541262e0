/* Descriptors that libuv watches for us: what terminals and connections have in common. */
#include "terminal.h"
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

void *open_watched(struct addon *addon, size_t size, int fd, napi_value target, napi_value on_data) {
  size_t length = 0;
  void *bytes = NULL;
  errno = EINVAL;
  if (napi_get_buffer_info(addon->env, target, &bytes, &length) != napi_ok || length < target_bytes) return NULL;
  /* A descriptor that cannot be watched must be found out before anything hangs on it: it is no handle then. */
  uv_poll_t *poll = (uv_poll_t *)new_handle(addon, UV_POLL, NULL);
  const int error = uv_poll_init(addon->loop, poll, fd);
  if (error) {
    free(poll);
    addon->handles--;
    errno = -error;
    return NULL;
  }
  struct watched *watched = calloc(1, size);
  uv_handle_set_data((uv_handle_t *)poll, watched);
  watched->addon = addon;
  watched->fd = fd;
  watched->target = bytes;
  watched->poll = poll;
  watched->open_handles = 1;
  napi_create_reference(addon->env, target, 1, &watched->target_ref);
  napi_create_reference(addon->env, on_data, 1, &watched->on_data);
  watched->next = addon->watched;
  addon->watched = watched;
  return watched;
}

void wait_for(struct watched *watched, int events, uv_poll_cb on_event) {
  if (watched->closed || events == watched->events) return;
  watched->events = events;
  if (events) uv_poll_start(watched->poll, events, on_event);
  else uv_poll_stop(watched->poll);
}

void tell_watched(struct watched *watched, size_t count, const int32_t *numbers) {
  if (!watched->closed && !watched->addon->dying) call_js(watched->addon, watched->on_data, count, numbers);
}

static void free_if_unused(struct watched *watched) {
  if (watched->forgotten && watched->open_handles == 0) free(watched);
}

static void on_closed(uv_handle_t *handle) {
  struct watched *watched = uv_handle_get_data(handle);
  watched->open_handles--;
  free_if_unused(watched);
}

void close_watched(struct watched *watched) {
  if (watched->closed) return;
  if (watched->on_close) watched->on_close(watched);
  wait_for(watched, 0, NULL);
  watched->closed = true;
  struct addon *addon = watched->addon;
  for (struct watched **link = &addon->watched; *link; link = &(*link)->next) {
    if (*link != watched) continue;
    *link = watched->next;
    break;
  }
  napi_delete_reference(addon->env, watched->target_ref);
  napi_delete_reference(addon->env, watched->on_data);
  close_handle(addon, (uv_handle_t *)watched->poll, on_closed);
  if (watched->timer) close_handle(addon, (uv_handle_t *)watched->timer, on_closed);
  close(watched->fd);
}

void forget_watched(struct watched *watched) {
  close_watched(watched);
  watched->forgotten = true;
  free_if_unused(watched);
}
