/*
 * Waits for the programs. One SIGCHLD watcher for all of them, as libuv has one for its own children, which it waits
 * for by number just as we do: neither takes the other's. A thread per program would cost memory and time to start.
 */
#include "terminal.h"
#include <stdlib.h>
#include <sys/wait.h>

/* Takes an ended program off the list; NULL when all others still run. */
static struct child *next_ended(struct addon *addon, int *status) {
  for (struct child **link = &addon->children; *link; link = &(*link)->next) {
    struct child *child = *link;
    const pid_t ended = waitpid(child->pid, status, WNOHANG);
    if (ended == 0) continue;
    if (ended < 0) *status = 0;
    *link = child->next;
    return child;
  }
  return NULL;
}

static void on_signal(uv_signal_t *signals, int number) {
  (void)number;
  struct addon *addon = uv_handle_get_data((uv_handle_t *)signals);
  int status;
  struct child *child;
  while ((child = next_ended(addon, &status))) {
    const int32_t end[] = {WIFEXITED(status) ? WEXITSTATUS(status) : 0, WIFSIGNALED(status) ? WTERMSIG(status) : 0};
    if (!addon->dying) {
      call_js(addon, child->on_exit, 2, end);
      napi_delete_reference(addon->env, child->on_exit);
    }
    free(child);
  }
  /* A program that runs keeps the process alive, as a socket does. */
  if (!addon->children && !addon->dying) uv_unref((uv_handle_t *)signals);
}

bool watch_exits(struct addon *addon) {
  if (!addon->signals) {
    addon->signals = (uv_signal_t *)new_handle(addon, UV_SIGNAL, addon);
    uv_signal_init(addon->loop, addon->signals);
    uv_unref((uv_handle_t *)addon->signals);
  }
  return uv_is_active((uv_handle_t *)addon->signals) || uv_signal_start(addon->signals, on_signal, SIGCHLD) == 0;
}

void add_child(struct addon *addon, pid_t pid, napi_value on_exit) {
  struct child *child = calloc(1, sizeof *child);
  child->pid = pid;
  napi_create_reference(addon->env, on_exit, 1, &child->on_exit);
  child->next = addon->children;
  addon->children = child;
  uv_ref((uv_handle_t *)addon->signals);
}
