/* SPDX-License-Identifier: GPL-2.0 */
/* Sessions on the disk: NAME.jsonl the finished ones, NAME.state the running one. */
#ifndef OPENEVSE_SESSION_FILE_H
#define OPENEVSE_SESSION_FILE_H

#include <json.h>
#include <stdbool.h>
#include <stddef.h>

#include "session.h"

#define SESSION_DIR	"/var/lib/openevse"
#define SESSIONS_END	".jsonl"

/*
 * One session of the board called @device for programs; the recorder writes it,
 * and "openevse log --json" prints it.
 */
struct json_object *session_json(const struct session *session, const char *device);

/* Where @board's finished sessions, and what is running, are; free() the result. */
char *sessions_path(const char *dir, const char *board);
char *session_state_path(const char *dir, const char *board);

/*
 * Read back what session_state_save() has written. Return: 0, -ENOENT, or another
 * negative errno.
 */
int session_state_load(const char *path, struct sessions *sessions);

/* All of it or nothing, and on the disk. Return: 0 or a negative errno. */
int session_state_save(const char *path, const struct sessions *sessions);

/* Does the file of finished sessions end with the one that began then? */
bool session_is_last(const char *path, int64_t start_ms);

#endif
