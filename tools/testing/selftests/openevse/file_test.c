// SPDX-License-Identifier: GPL-2.0
/*
 * What an open file can set for itself: how long its calls may take, how old
 * its answers may be, and whether it wears the board's EEPROM. The other files
 * are not concerned; but any of them can see which there are.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "../kselftest_harness.h"

#include "caller.h"
#include "fixture.h"
#include "simboard.h"

BOARD_FIXTURE(file)
BOARD_VARIANT(file, 3_11_3);
BOARD_VARIANT(file, 8_2_3);

static int set_timeout(int fd, unsigned int ms)
{
	struct openevse_timeout timeout = { .timeout_ms = ms };

	return station_call(fd, OPENEVSE_SET_TIMEOUT, &timeout);
}

static int set_max_age(int fd, unsigned int ms)
{
	struct openevse_max_age age = { .max_age_ms = ms };

	return station_call(fd, OPENEVSE_SET_MAX_AGE, &age);
}

static int set_guard(int fd, unsigned int enabled)
{
	struct openevse_switch guard = { .enabled = enabled };

	return station_call(fd, OPENEVSE_SET_EEPROM_GUARD, &guard);
}

TEST_F_TIMEOUT(file, what_it_takes, TEST_SECONDS)
{
	struct openevse_timeout timeout = { .reserved = 1 };
	struct openevse_max_age age = { .reserved = 1 };
	struct openevse_switch guard = { .reserved = 1 };
	size_t heard = fake_heard(&self->board);
	int reader;

	EXPECT_EQ(0, set_timeout(self->fd, 1));
	EXPECT_EQ(0, set_timeout(self->fd, OPENEVSE_TIMEOUT_MAX));
	EXPECT_EQ(-ERANGE, set_timeout(self->fd, OPENEVSE_TIMEOUT_MAX + 1));
	EXPECT_EQ(0, set_timeout(self->fd, 0));
	EXPECT_EQ(-EINVAL, station_call(self->fd, OPENEVSE_SET_TIMEOUT,
					&timeout));
	EXPECT_EQ(-EFAULT, station_call(self->fd, OPENEVSE_SET_TIMEOUT, NULL));
	EXPECT_EQ(0, set_max_age(self->fd, OPENEVSE_MAX_AGE_MAX));
	EXPECT_EQ(-ERANGE, set_max_age(self->fd, OPENEVSE_MAX_AGE_MAX + 1));
	EXPECT_EQ(0, set_max_age(self->fd, 0));
	EXPECT_EQ(-EINVAL, station_call(self->fd, OPENEVSE_SET_MAX_AGE, &age));
	EXPECT_EQ(-EFAULT, station_call(self->fd, OPENEVSE_SET_MAX_AGE, NULL));
	EXPECT_EQ(0, set_guard(self->fd, 0));
	EXPECT_EQ(0, set_guard(self->fd, 1));
	EXPECT_EQ(-EINVAL, set_guard(self->fd, 2));
	EXPECT_EQ(-EINVAL, station_call(self->fd, OPENEVSE_SET_EEPROM_GUARD,
					&guard));
	EXPECT_EQ(-EFAULT, station_call(self->fd, OPENEVSE_SET_EEPROM_GUARD,
					NULL));

	/* Who may only read wears nothing, and may be in a hurry. */
	reader = station_open(&self->station, O_RDONLY);
	ASSERT_GE(reader, 0);
	EXPECT_EQ(0, set_timeout(reader, 1000));
	EXPECT_EQ(0, set_max_age(reader, 1000));
	EXPECT_EQ(-EPERM, set_guard(reader, 0));
	close(reader);
	EXPECT_EQ(heard, fake_heard(&self->board));
}

/* --- time --- */

TEST_F_TIMEOUT(file, its_time_is_over, TEST_SECONDS)
{
	int other = station_open(&self->station, O_RDWR);
	struct openevse_energy energy;
	int64_t begun = now_ms();

	ASSERT_GE(other, 0);
	ASSERT_EQ(0, set_timeout(self->fd, 300));
	fake_rule(&self->board, "GU", FAKE_SILENT, 1, NULL, 0);
	EXPECT_EQ(-ETIMEDOUT, station_call(self->fd, OPENEVSE_GET_ENERGY,
					   &energy));
	EXPECT_GE(now_ms() - begun, 300);
	/* Without a time of its own it would have asked once more. */
	EXPECT_LT(now_ms() - begun, 2000);
	EXPECT_EQ(0, station_call(other, OPENEVSE_GET_ENERGY, &energy));
	EXPECT_EQ(123456, energy.total_wh);
	close(other);
	ASSERT_EQ(0, set_timeout(self->fd, 0));
	expect_works();
}

/* Behind another's call: then it is never sent. */
TEST_F_TIMEOUT(file, its_time_is_over_in_the_queue, TEST_SECONDS)
{
	int other = station_open(&self->station, O_RDWR);
	size_t heard = fake_heard(&self->board);
	struct openevse_energy energy;
	struct caller first;

	ASSERT_GE(other, 0);
	ASSERT_EQ(0, caller_keep_busy(&first, other, &self->board));
	ASSERT_EQ(0, set_timeout(self->fd, 200));
	EXPECT_EQ(-ETIMEDOUT, station_call(self->fd, OPENEVSE_GET_ENERGY,
					   &energy));
	EXPECT_EQ(-ETIMEDOUT, station_call(self->fd, OPENEVSE_SLEEP, NULL));
	EXPECT_EQ(0, caller_let_go(&first, &self->board));
	EXPECT_EQ(0, fake_count(&self->board, "GU", heard));
	EXPECT_EQ(0, fake_count(&self->board, "FS", heard));
	close(other);
	ASSERT_EQ(0, set_timeout(self->fd, 0));
	expect_works();
}

/*
 * It takes several exchanges, and is over in the middle: "SC 10*3B" that has
 * lost its '*' is 80 A, which must not stand, whoever is in a hurry.
 */
TEST_F_TIMEOUT(file, its_time_is_over_with_a_larger_current, TEST_SECONDS)
{
	static const struct openevse_current_capacity asked = {
		.capacity_ma = 10000, .flags = OPENEVSE_CAPACITY_SAVE,
	};
	size_t heard = fake_heard(&self->board);
	struct caller caller;

	fake_rule(&self->board, "SC", FAKE_SILENT, 1, NULL, 0);
	ASSERT_EQ(0, set_timeout(self->fd, 500));
	ASSERT_EQ(0, caller_start(&caller, self->fd,
				  OPENEVSE_SET_CURRENT_CAPACITY, &asked,
				  sizeof(asked)));
	ASSERT_TRUE(fake_wait(&self->board, "SC", heard, 1));
	self->board.is.amps = 80;
	EXPECT_EQ(0, caller_end(&caller));
	EXPECT_EQ(10, self->board.is.amps);
}

/* --- age --- */

static unsigned int total(int fd)
{
	struct openevse_energy energy = { 0 };

	return station_call(fd, OPENEVSE_GET_ENERGY, &energy) ?
	       0 : energy.total_wh;
}

/* Another answer than before, once something has happened. */
#define expect_forgotten(what) do {					\
	unsigned int _before = total(self->fd);				\
									\
	self->board.is.total_wh++;					\
	ASSERT_EQ(_before, total(self->fd));				\
	what;								\
	EXPECT_EQ(_before + 1, total(self->fd));			\
} while (0)

TEST_F_TIMEOUT(file, not_older_than_it_may_be, TEST_SECONDS)
{
	size_t heard = fake_heard(&self->board);
	struct openevse_stats before = station_stats(self->fd);
	int other = station_open(&self->station, O_RDONLY);
	int64_t asked, answered;

	ASSERT_GE(other, 0);
	ASSERT_EQ(123456, total(other));
	self->board.is.total_wh = 123457;
	/* At first everybody asks the board. */
	ASSERT_EQ(123457, total(other));
	ASSERT_EQ(0, set_max_age(self->fd, 60000));
	self->board.is.total_wh = 123458;
	EXPECT_EQ(123457, total(self->fd));
	EXPECT_EQ(before.remembered + 1, station_stats(self->fd).remembered);
	EXPECT_EQ(2, fake_count(&self->board, "GU", heard));
	/* The other one wants to know it for sure; from then on so does this. */
	EXPECT_EQ(123458, total(other));
	EXPECT_EQ(123458, total(self->fd));
	EXPECT_EQ(3, fake_count(&self->board, "GU", heard));

	asked = now_ms();
	ASSERT_EQ(123458, total(other));
	ASSERT_EQ(0, set_max_age(self->fd, 1000));
	self->board.is.total_wh = 123459;
	do {
		answered = now_ms();
	} while (total(self->fd) == 123458 && now_ms() < asked + PATIENCE_MS);
	EXPECT_GE(now_ms(), asked + 1000);
	EXPECT_LT(answered, asked + PATIENCE_MS);
	EXPECT_EQ(123459, total(self->fd));
	close(other);
}

TEST_F_TIMEOUT(file, age_counts_for_each_question, TEST_SECONDS)
{
	struct openevse_settings settings;
	struct openevse_feature feature = {
		.feature = OPENEVSE_FEATURE_DIODE_CHECK,
	};
	size_t heard = fake_heard(&self->board);

	ASSERT_EQ(0, set_max_age(self->fd, 60000));
	ASSERT_EQ(123456, total(self->fd));
	ASSERT_EQ(0, station_call(self->fd, OPENEVSE_GET_SETTINGS, &settings));
	EXPECT_EQ(self->board.is.amps * 1000, settings.capacity_ma);
	ASSERT_EQ(0, station_call(self->fd, OPENEVSE_GET_SETTINGS, &settings));
	EXPECT_EQ(self->board.is.amps * 1000, settings.capacity_ma);
	ASSERT_EQ(0, station_call(self->fd, OPENEVSE_GET_FEATURE, &feature));
	/* Asked by others, too, in between; never more than once by this one. */
	EXPECT_LE(fake_count(&self->board, "GE", heard), 1);
	EXPECT_EQ(1, fake_count(&self->board, "GU", heard));
}

TEST_F_TIMEOUT(file, forgotten_with_events, TEST_SECONDS)
{
	struct openevse_current_capacity capacity = {
		.capacity_ma = 12000, .flags = OPENEVSE_CAPACITY_SAVE,
	};
	int other = station_open(&self->station, O_RDWR);
	struct openevse_event event;
	struct openevse_state state;

	ASSERT_GE(other, 0);
	ASSERT_EQ(0, set_max_age(self->fd, 60000));

	/* The board tells of a change ... */
	expect_forgotten({
		fake_state(&self->board, 3, 3, 0x140);
		ASSERT_EQ(0, station_event_of(self->fd, OPENEVSE_EVENT_STATE,
					      &event));
	});
	/* ... or has been told to change something ... */
	expect_forgotten(ASSERT_EQ(0, station_call(other,
				OPENEVSE_SET_CURRENT_CAPACITY, &capacity)));
	expect_forgotten(ASSERT_EQ(0, station_call(other, OPENEVSE_SLEEP,
						   NULL)));
	station_drain(self->fd);
	/* ... or an answer shows that it has not told ... */
	expect_forgotten({
		self->board.is.state = 1;
		ASSERT_EQ(0, station_call(other, OPENEVSE_GET_STATE, &state));
		ASSERT_EQ(0, station_event_of(self->fd, OPENEVSE_EVENT_STATE,
					      &event));
		EXPECT_EQ(OPENEVSE_EVENT_FLAG_POLLED, event.flags);
	});
	/* ... or it has restarted. */
	expect_forgotten({
		fake_message(&self->board, variant->profile->modern ?
			     "AB 00 8.2.3" : "ST 00");
		ASSERT_EQ(0, station_event_of(self->fd, OPENEVSE_EVENT_BOOT,
					      &event));
		ASSERT_EQ(0, station_wait_link(&self->station,
					       OPENEVSE_LINK_UP));
	});
	close(other);
}

/* A command looks at the board itself before and after. */
TEST_F_TIMEOUT(file, commands_take_no_old_answer, TEST_SECONDS)
{
	struct openevse_current_capacity capacity = {
		.capacity_ma = 16000, .flags = OPENEVSE_CAPACITY_SAVE,
	};
	struct openevse_settings settings;

	self->board.is.amps = 16;
	ASSERT_EQ(0, set_max_age(self->fd, 60000));
	ASSERT_EQ(0, station_call(self->fd, OPENEVSE_GET_SETTINGS, &settings));
	ASSERT_EQ(16000, settings.capacity_ma);
	/* The button, or another master. */
	self->board.is.amps = 20;
	ASSERT_EQ(0, station_call(self->fd, OPENEVSE_SET_CURRENT_CAPACITY,
				  &capacity));
	EXPECT_EQ(16, self->board.is.amps);
}

/* --- which files there are --- */

/* The one behind @client; it is filled with other things before. */
static int next_client(int fd, struct openevse_client *client)
{
	struct openevse_client next;

	memset(&next, 0xff, sizeof(next));
	next.id = client->id;
	memset(next.reserved, 0, sizeof(next.reserved));
	*client = next;
	return station_call(fd, OPENEVSE_GET_CLIENT, client);
}

/* The file opened @number-th of those that are open. */
static int get_client(int fd, unsigned int number, struct openevse_client *client)
{
	int err = 0;

	client->id = 0;
	while (!err && number--)
		err = next_client(fd, client);
	return err;
}

TEST_F_TIMEOUT(file, clients_are_listed, TEST_SECONDS)
{
	size_t heard = fake_heard(&self->board);
	struct openevse_client client = { .reserved = { [3] = 1 } };
	struct openevse_client first;
	int64_t before, after;
	int reader, other;
	char name[16];

	ASSERT_EQ(0, prctl(PR_GET_NAME, name));
	before = now_ms();
	reader = station_open(&self->station, O_RDONLY);
	other = station_open(&self->station, O_RDWR);
	after = now_ms();
	ASSERT_GE(reader, 0);
	ASSERT_GE(other, 0);

	EXPECT_EQ(-EINVAL, station_call(reader, OPENEVSE_GET_CLIENT, &client));
	EXPECT_EQ(-EFAULT, station_call(reader, OPENEVSE_GET_CLIENT, NULL));
	first.id = 0;
	ASSERT_EQ(0, next_client(reader, &first));
	EXPECT_EQ(OPENEVSE_CLIENT_CONTROL, first.flags);
	client = first;
	ASSERT_EQ(0, next_client(reader, &client));
	EXPECT_GT(client.id, first.id);
	EXPECT_EQ(OPENEVSE_CLIENT_SELF, client.flags);
	EXPECT_EQ(getpid(), client.pid);
	EXPECT_STREQ(name, client.comm);
	EXPECT_GE(client.opened_ns / 1000000, before);
	EXPECT_LE(client.opened_ns / 1000000, after);
	EXPECT_EQ(0, client.changed_ns);
	EXPECT_EQ(0, client.change.request);
	EXPECT_EQ(0, client.change.pid);
	EXPECT_EQ(0, client.events_read);
	EXPECT_EQ(1, client.events_waiting);	/* the INITIAL record */
	EXPECT_EQ(0, client.events_lost);

	/* Whom one looks at may go: the next comes all the same. */
	close(reader);
	ASSERT_EQ(0, next_client(other, &client));
	EXPECT_EQ(OPENEVSE_CLIENT_CONTROL | OPENEVSE_CLIENT_SELF, client.flags);
	EXPECT_EQ(-ENOENT, next_client(other, &client));
	ASSERT_EQ(0, get_client(other, 2, &client));
	EXPECT_GT(client.id, first.id + 1);
	client.id = UINT64_MAX;
	EXPECT_EQ(-ENOENT, next_client(other, &client));
	EXPECT_EQ(heard, fake_heard(&self->board));
	close(other);
}

static int change_in_child(struct __test_metadata *_metadata, int fd,
			   pid_t *child)
{
	struct openevse_current_capacity capacity = {
		.capacity_ma = 12000, .flags = OPENEVSE_CAPACITY_SAVE,
	};
	int status = -1;

	*child = fork();
	if (!*child) {
		prctl(PR_SET_NAME, "sun");
		_exit(-station_call(fd, OPENEVSE_SET_CURRENT_CAPACITY,
				    &capacity));
	}
	ASSERT_EQ(*child, waitpid(*child, &status, 0));
	return status;
}

TEST_F_TIMEOUT(file, clients_have_changed_something, TEST_SECONDS)
{
	int other = station_open(&self->station, O_RDWR);
	struct openevse_current_capacity capacity = { 0 };
	struct openevse_client client;
	struct openevse_event event;
	pid_t child;

	ASSERT_GE(other, 0);
	ASSERT_EQ(0, change_in_child(_metadata, other, &child));
	ASSERT_EQ(0, station_event_of(self->fd, OPENEVSE_EVENT_SETTING, &event));
	ASSERT_EQ(0, get_client(self->fd, 2, &client));
	/* It came by the file of its parent. */
	EXPECT_EQ(getpid(), client.pid);
	EXPECT_EQ(child, client.change.pid);
	EXPECT_STREQ("sun", client.change.comm);
	EXPECT_EQ(0, memcmp(&event.setting, &client.change,
			    sizeof(client.change)));
	EXPECT_GE(client.changed_ns, event.timestamp_ns);
	EXPECT_LE(client.changed_ns / 1000000, now_ms());
	EXPECT_EQ(12000, client.change.new_value);
	ASSERT_EQ(0, get_client(self->fd, 1, &client));
	EXPECT_EQ(0, client.change.request);

	/* The last one, whatever it is; what is refused is none. */
	EXPECT_EQ(0, station_call(other, OPENEVSE_SLEEP, NULL));
	capacity.capacity_ma = 300000;
	EXPECT_EQ(-ERANGE, station_call(other, OPENEVSE_SET_CURRENT_CAPACITY,
					&capacity));
	ASSERT_EQ(0, get_client(self->fd, 2, &client));
	EXPECT_EQ(OPENEVSE_SLEEP, client.change.request);
	EXPECT_EQ(getpid(), client.change.pid);
	close(other);
}

TEST_F_TIMEOUT(file, clients_read_events, TEST_SECONDS)
{
	int other = station_open(&self->station, O_RDONLY);
	struct openevse_client client;
	struct openevse_event event;
	int i;

	ASSERT_GE(other, 0);
	for (i = 0; i < 70; i++)
		fake_message(&self->board, "WF 02");
	/* Until the driver has taken note of all of them: an exchange. */
	ASSERT_EQ(0, station_call(other, OPENEVSE_GET_VERSION,
				  &(struct openevse_version){ 0 }));
	ASSERT_EQ(0, get_client(self->fd, 2, &client));
	EXPECT_EQ(0, client.events_read);
	EXPECT_EQ(64, client.events_waiting);
	EXPECT_EQ(71 - 64, client.events_lost);
	ASSERT_EQ(0, station_event(other, &event, 0));
	ASSERT_EQ(0, station_event(other, &event, 0));
	ASSERT_EQ(0, get_client(self->fd, 2, &client));
	EXPECT_EQ(2, client.events_read);
	EXPECT_EQ(62, client.events_waiting);
	close(other);
}

struct hurry {
	const struct station *station;
	volatile bool stop;
};

static void *open_and_close(void *arg)
{
	struct hurry *hurry = arg;
	struct openevse_switch guard = { .enabled = 1 };
	int fd;

	while (!hurry->stop) {
		fd = station_open(hurry->station, O_RDWR);
		station_call(fd, OPENEVSE_SET_EEPROM_GUARD, &guard);
		close(fd);
	}
	return NULL;
}

/* How many of those that stay are seen; -1 when the order is wrong. */
static int count_stayers(int fd, uint64_t last)
{
	struct openevse_client client = { .id = 0 };
	uint64_t before = 0;
	int count = 0, err;

	while (!(err = next_client(fd, &client))) {
		if (client.id <= before)
			return -1;
		before = client.id;
		count += client.id <= last;
	}
	return err == -ENOENT ? count : -1;
}

TEST_F_TIMEOUT(file, clients_close_while_they_are_listed, TEST_SECONDS)
{
	struct hurry hurry = { .station = &self->station };
	int others[4], right = 0, rounds = 2000;
	struct openevse_client last;
	pthread_t threads[2];
	int i;

	for (i = 0; i < ARRAY_SIZE(others); i++)
		others[i] = station_open(&self->station, O_RDONLY);
	ASSERT_EQ(0, get_client(self->fd, 5, &last));
	for (i = 0; i < ARRAY_SIZE(threads); i++)
		ASSERT_EQ(0, pthread_create(&threads[i], NULL, open_and_close,
					    &hurry));
	for (i = 0; i < rounds; i++)
		right += count_stayers(self->fd, last.id) == 5;
	hurry.stop = true;
	for (i = 0; i < ARRAY_SIZE(threads); i++)
		pthread_join(threads[i], NULL);
	EXPECT_EQ(rounds, right);
	for (i = 0; i < ARRAY_SIZE(others); i++)
		close(others[i]);
	EXPECT_EQ(-ENOENT, get_client(self->fd, 2, &last));
}

/* The first process of a PID namespace: what it sees, then it waits. */
static void be_first(struct station *station, int tell, int wait)
{
	int fd = station_open(station, O_RDONLY);
	struct openevse_client outside, own;
	char byte;

	station_forget(station);
	if (fd < 0 || get_client(fd, 1, &outside) || get_client(fd, 2, &own))
		_exit(1);
	if (getpid() != 1 || own.pid != 1 || outside.pid != 0)
		_exit(1);
	if (write(tell, "", 1) != 1 || read(wait, &byte, 1))
		_exit(1);
	_exit(0);
}

TEST_F_TIMEOUT(file, clients_of_another_pid_namespace, TEST_SECONDS)
{
	struct openevse_client client;
	int from[2], to[2], status = -1;
	pid_t child;
	char byte;

	ASSERT_EQ(0, pipe(from));
	ASSERT_EQ(0, pipe2(to, O_CLOEXEC));
	if (unshare(CLONE_NEWPID))
		SKIP(return, "no PID namespaces");
	child = fork();
	ASSERT_GE(child, 0);
	if (!child) {
		close(to[1]);
		be_first(&self->station, from[1], to[0]);
	}
	close(from[1]);
	ASSERT_EQ(1, read(from[0], &byte, 1));
	ASSERT_EQ(0, get_client(self->fd, 2, &client));
	EXPECT_EQ(child, client.pid);
	close(to[1]);
	ASSERT_EQ(child, waitpid(child, &status, 0));
	EXPECT_EQ(0, status);
}

TEST_F_TIMEOUT(file, clients_of_a_board_that_is_gone, TEST_SECONDS)
{
	int other = station_open(&self->station, O_RDONLY);
	struct openevse_client client;
	int terminal = 0;

	ASSERT_GE(other, 0);
	ASSERT_EQ(0, ioctl(self->station.tty, TIOCSETD, &terminal));
	ASSERT_EQ(0, station_wait_gone(&self->station));
	EXPECT_EQ(0, get_client(other, 2, &client));
	EXPECT_EQ(getpid(), client.pid);
	close(other);
}

/* --- the EEPROM --- */

/*
 * The last write there is room for: "SC 16*41" that has lost its '*' is 80 A. To
 * set that right is never one too many.
 */
TEST_F_TIMEOUT(file, worn_with_a_larger_current, TEST_SECONDS)
{
	static const struct openevse_current_capacity asked = {
		.capacity_ma = 16000, .flags = OPENEVSE_CAPACITY_SAVE,
	};
	struct openevse_current_capacity capacity = asked;
	struct openevse_raw raw;
	struct caller caller;
	size_t heard;
	int i;

	for (i = 0; i < 99; i++) {
		raw = (struct openevse_raw){ .command = "SC 10" };
		ASSERT_EQ(0, station_call(self->fd, OPENEVSE_RAW, &raw));
	}
	EXPECT_EQ(99, station_stats(self->fd).eeprom_writes);
	heard = fake_heard(&self->board);
	fake_rule(&self->board, "SC", FAKE_SILENT, 1, NULL, 0);
	ASSERT_EQ(0, caller_start(&caller, self->fd,
				  OPENEVSE_SET_CURRENT_CAPACITY, &asked,
				  sizeof(asked)));
	ASSERT_TRUE(fake_wait(&self->board, "SC", heard, 1));
	self->board.is.amps = 80;
	EXPECT_EQ(0, caller_end(&caller));
	EXPECT_EQ(16, self->board.is.amps);

	/* Enough; but somebody has pressed the button, and this is less. */
	capacity.capacity_ma = 20000;
	EXPECT_EQ(-EDQUOT, station_call(self->fd, OPENEVSE_SET_CURRENT_CAPACITY,
					&capacity));
	EXPECT_EQ(16, self->board.is.amps);
	self->board.is.amps = 32;
	EXPECT_EQ(0, station_call(self->fd, OPENEVSE_SET_CURRENT_CAPACITY,
				  &capacity));
	EXPECT_EQ(20, self->board.is.amps);
}

FIXTURE(eeprom) {
	struct station station;
	struct simboard sim;
	int fd;
};

FIXTURE_SETUP(eeprom)
{
	self->station = (struct station){ -1, -1, -1, -1 };
	self->sim.pid = -1;
	self->sim.control = -1;
	if (!sim_program())
		SKIP(return, "no simulated board, see OPENEVSE_BOARD");
	ASSERT_EQ(0, sim_start(&self->sim, "8.2.3", false));
	ASSERT_EQ(0, station_tty(&self->station, self->sim.tty));
	ASSERT_EQ(0, station_attach(&self->station));
	ASSERT_EQ(0, station_wait_link(&self->station, OPENEVSE_LINK_UP));
	self->fd = self->station.fd;
}

FIXTURE_TEARDOWN(eeprom)
{
	station_end(&self->station);
	sim_stop(&self->sim);
}

static int save(int fd, unsigned int amps, unsigned int flags)
{
	struct openevse_current_capacity capacity = {
		.capacity_ma = amps * 1000, .flags = flags,
	};

	return station_call(fd, OPENEVSE_SET_CURRENT_CAPACITY, &capacity);
}

/* As a script does that divides the sun's current and saves it each time. */
static void wear_it(int fd)
{
	struct openevse_raw raw;
	int i;

	for (i = 0; i < 100; i++) {
		memset(&raw, 0, sizeof(raw));
		snprintf(raw.command, sizeof(raw.command), "SC %d",
			 10 + i % 2 * 2);
		station_call(fd, OPENEVSE_RAW, &raw);
	}
}

TEST_F_TIMEOUT(eeprom, is_guarded, TEST_SECONDS)
{
	struct openevse_stats before, after;
	struct openevse_feature feature = {
		.feature = OPENEVSE_FEATURE_DIODE_CHECK,
	};
	long written, sent;
	int other = station_open(&self->station, O_RDWR);

	ASSERT_GE(other, 0);
	ASSERT_EQ(0, station_call(self->fd, OPENEVSE_SET_FEATURE, &feature));
	before = station_stats(self->fd);
	EXPECT_EQ(1, before.eeprom_writes);
	/* Volatile ones cost nothing, whoever says them. */
	EXPECT_EQ(0, save(self->fd, 16, 0));
	EXPECT_EQ(0, save(self->fd, 20, 0));
	EXPECT_EQ(1, station_stats(self->fd).eeprom_writes);
	wear_it(self->fd);
	after = station_stats(self->fd);
	EXPECT_EQ(before.eeprom_writes + 100, after.eeprom_writes);
	EXPECT_EQ(0, after.eeprom_refused);

	/* Enough: nothing is written, or even sent. */
	ASSERT_EQ(0, save(self->fd, 10, 0));
	written = sim_number(&self->sim, "stats", "eeprom_writes", 10);
	sent = sim_count(&self->sim, "SC");
	EXPECT_EQ(-EDQUOT, save(self->fd, 14, OPENEVSE_CAPACITY_SAVE));
	EXPECT_EQ(-EDQUOT, save(other, 14, OPENEVSE_CAPACITY_SAVE));
	EXPECT_EQ(written, sim_number(&self->sim, "stats", "eeprom_writes", 10));
	EXPECT_EQ(sent, sim_count(&self->sim, "SC"));
	EXPECT_EQ(2, station_stats(self->fd).eeprom_refused);
	/* What is so already needs no writing. */
	feature.enabled = 0;
	EXPECT_EQ(0, station_call(self->fd, OPENEVSE_SET_FEATURE, &feature));

	/* What makes things safer is worth it. */
	feature.enabled = 1;
	EXPECT_EQ(0, station_call(self->fd, OPENEVSE_SET_FEATURE, &feature));
	EXPECT_EQ(0, save(self->fd, 8, OPENEVSE_CAPACITY_SAVE));
	EXPECT_EQ(8, sim_number(&self->sim, "state", "saved", 10));
	feature.enabled = 0;
	EXPECT_EQ(-EDQUOT, station_call(self->fd, OPENEVSE_SET_FEATURE,
					&feature));

	/* One file takes it on itself. */
	EXPECT_EQ(0, set_guard(other, 0));
	EXPECT_EQ(0, save(other, 14, OPENEVSE_CAPACITY_SAVE));
	EXPECT_EQ(14, sim_number(&self->sim, "state", "saved", 10));
	EXPECT_EQ(-EDQUOT, save(self->fd, 16, OPENEVSE_CAPACITY_SAVE));
	EXPECT_EQ(0, save(self->fd, 12, 0));
	close(other);
}

TEST_HARNESS_MAIN
