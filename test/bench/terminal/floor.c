/*
 * The least that a terminal server can do, to measure ours against on any machine with a C compiler: one thread, epoll,
 * a plain TCP connection per terminal. The first line that a client sends is the shell command to run; from then on bytes
 * go through as they are. `floor pace BYTES` prints so many bytes a second instead, in 50 pieces.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

enum { room = 65536, most = 1024 };

/* One direction of one terminal. A full buffer stops reading, and nothing else. */
struct flow {
  char bytes[room];
  int from, to;
};
struct terminal {
  int socket, pty, begun;
  struct flow out, in;
};
static struct terminal *by_fd[most];
static int poller;

static void watch(int op, int fd, unsigned events) {
  struct epoll_event event = {.events = events, .data.fd = fd};
  epoll_ctl(poller, op, fd, &event);
}

static void end(struct terminal *t) {
  by_fd[t->socket] = NULL;
  close(t->socket);
  if (t->begun) {
    by_fd[t->pty] = NULL;
    close(t->pty);
  }
  free(t);
}

/* Fills and empties a buffer once; 0 at the end of the stream. */
static int move(struct flow *flow, int source, int sink, int may_read) {
  if (may_read && flow->to == 0) {
    ssize_t got = read(source, flow->bytes, room);
    if (got == 0 || (got < 0 && errno != EAGAIN)) return 0;
    if (got > 0) flow->to = got;
  }
  while (flow->from < flow->to) {
    ssize_t put = write(sink, flow->bytes + flow->from, flow->to - flow->from);
    if (put < 0) return errno == EAGAIN;
    flow->from += put;
  }
  flow->from = flow->to = 0;
  return 1;
}

static int begin(struct terminal *t) {
  char *line = t->in.bytes;
  ssize_t got = read(t->socket, line + t->in.to, room - 1 - t->in.to);
  if (got <= 0) return 0;
  t->in.to += got;
  char *stop = memchr(line, '\n', t->in.to);
  if (!stop) return 1;
  *stop = 0;
  struct winsize size = {.ws_row = 24, .ws_col = 80};
  pid_t child = forkpty(&t->pty, NULL, NULL, &size);
  if (child == 0) {
    execl("/bin/sh", "sh", "-c", line, NULL);
    _exit(127);
  }
  fcntl(t->pty, F_SETFL, O_NONBLOCK);
  fcntl(t->pty, F_SETFD, FD_CLOEXEC);
  by_fd[t->pty] = t;
  t->begun = 1;
  t->in.to = 0;
  watch(EPOLL_CTL_ADD, t->pty, EPOLLIN);
  return 1;
}

static void settle(struct terminal *t) {
  watch(EPOLL_CTL_MOD, t->socket, (t->in.to ? 0 : EPOLLIN) | (t->out.to ? EPOLLOUT : 0));
  watch(EPOLL_CTL_MOD, t->pty, (t->out.to ? 0 : EPOLLIN) | (t->in.to ? EPOLLOUT : 0));
}

static int pace(int rate) {
  int piece = rate / 50;
  char *line = malloc(piece);
  for (int i = 0; i < piece; i++) line[i] = i % 80 == 79 ? '\n' : 'a' + i % 26;
  for (;;) {
    if (write(1, line, piece) < 0) return 0;
    usleep(20000);
  }
}

int main(int count, char **words) {
  if (count == 3 && strcmp(words[1], "pace") == 0) return pace(atoi(words[2]));
  signal(SIGPIPE, SIG_IGN);
  signal(SIGCHLD, SIG_IGN);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t length = sizeof address;
  int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  bind(listener, (struct sockaddr *)&address, length);
  listen(listener, 128);
  getsockname(listener, (struct sockaddr *)&address, &length);
  printf("port %d\n", ntohs(address.sin_port));
  fflush(stdout);
  poller = epoll_create1(EPOLL_CLOEXEC);
  watch(EPOLL_CTL_ADD, listener, EPOLLIN);
  for (;;) {
    struct epoll_event events[64];
    int ready = epoll_wait(poller, events, 64, -1);
    for (int i = 0; i < ready; i++) {
      int fd = events[i].data.fd;
      if (fd == listener) {
        int client = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        int one = 1;
        if (client < 0 || client >= most - 1) continue;
        setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        by_fd[client] = calloc(1, sizeof(struct terminal));
        by_fd[client]->socket = client;
        watch(EPOLL_CTL_ADD, client, EPOLLIN);
        continue;
      }
      struct terminal *t = by_fd[fd];
      if (!t) continue;
      int from_pty = t->begun && fd == t->pty && (events[i].events & (EPOLLIN | EPOLLHUP));
      int from_socket = fd == t->socket && (events[i].events & (EPOLLIN | EPOLLHUP));
      int alive = t->begun ? move(&t->out, t->pty, t->socket, from_pty) && move(&t->in, t->socket, t->pty, from_socket)
                           : begin(t);
      if (!alive) end(t);
      else if (t->begun) settle(t);
    }
  }
}
