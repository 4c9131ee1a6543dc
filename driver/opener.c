// SPDX-License-Identifier: GPL-2.0
#include <linux/sched.h>
#include <linux/timekeeping.h>

#include "events.h"
#include "opener.h"

/** openevse_openers_init() - nobody has it open */
void openevse_openers_init(struct openevse_openers *openers)
{
	spin_lock_init(&openers->lock);
	INIT_LIST_HEAD(&openers->files);
}

/**
 * openevse_opener_add() - the current process opens a file
 * @openers: of the board
 * @opener: filled in
 * @reader: of the file's events
 * @control: it is opened for writing
 */
void openevse_opener_add(struct openevse_openers *openers,
			 struct openevse_opener *opener,
			 struct openevse_reader *reader, bool control)
{
	opener->reader = reader;
	opener->pid = get_pid(task_tgid(current));
	get_task_comm(opener->comm, current->group_leader);
	opener->opened_ns = ktime_get_ns();
	opener->control = control;

	spin_lock(&openers->lock);
	opener->id = ++openers->last_id;
	list_add_tail(&opener->node, &openers->files);
	spin_unlock(&openers->lock);
}

/** openevse_opener_remove() - the file is closed */
void openevse_opener_remove(struct openevse_openers *openers,
			    struct openevse_opener *opener)
{
	spin_lock(&openers->lock);
	list_del(&opener->node);
	spin_unlock(&openers->lock);
	put_pid(opener->changer);
	put_pid(opener->pid);
}

/**
 * openevse_opener_changed() - the current process has changed something
 * @openers: of the board
 * @opener: through which file
 * @change: what, as all readers have been told
 */
void openevse_opener_changed(struct openevse_openers *openers,
			     struct openevse_opener *opener,
			     const struct openevse_event_setting *change)
{
	struct pid *before, *changer = get_pid(task_tgid(current));

	spin_lock(&openers->lock);
	before = opener->changer;
	opener->changer = changer;
	opener->change = *change;
	opener->changed_ns = ktime_get_ns();
	spin_unlock(&openers->lock);
	put_pid(before);
}

static struct openevse_opener *find_after(struct openevse_openers *openers,
					  u64 id)
{
	struct openevse_opener *opener;

	list_for_each_entry(opener, &openers->files, node)
		if (opener->id > id)
			return opener;
	return NULL;
}

static void describe(const struct openevse_opener *opener,
		     struct openevse_client *client)
{
	client->id = opener->id;
	client->opened_ns = opener->opened_ns;
	client->changed_ns = opener->changed_ns;
	client->flags = opener->control ? OPENEVSE_CLIENT_CONTROL : 0;
	client->pid = pid_vnr(opener->pid);
	memcpy(client->comm, opener->comm, sizeof(client->comm));
	client->change = opener->change;
	client->change.pid = pid_vnr(opener->changer);
}

/**
 * openevse_openers_next() - the next file in the order of opening
 * @openers: of the board
 * @events: of the same
 * @asking: who asks
 * @client: behind which id; filled in
 *
 * Return: 0, or -ENOENT when that was the last one.
 */
int openevse_openers_next(struct openevse_openers *openers,
			  struct openevse_events *events,
			  const struct openevse_opener *asking,
			  struct openevse_client *client)
{
	const struct openevse_opener *opener;

	spin_lock(&openers->lock);
	opener = find_after(openers, client->id);
	if (opener) {
		describe(opener, client);
		openevse_reader_describe(events, opener->reader, client);
		if (opener == asking)
			client->flags |= OPENEVSE_CLIENT_SELF;
	}
	spin_unlock(&openers->lock);
	return opener ? 0 : -ENOENT;
}
