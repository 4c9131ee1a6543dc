// SPDX-License-Identifier: GPL-2.0
/*
 * Recordings of real firmware, played to the driver.
 *
 * The test is the board: it sends what the recorded board sent, when it sent
 * it: a reply as long after its command as it took the firmware, messages
 * where they fell between. Only idle time is cut short. Each recorded command
 * that the driver can send is sent by it: the test issues the ioctl that means
 * it and compares the result with the recorded reply. What the driver refuses
 * to send must be refused; the board's reply to it comes unasked then, as if
 * another master had asked, and must disturb nothing. Every message must
 * become its event.
 *
 * Commands of the driver's own (probing, reading back) are answered by what
 * the recording shows of the board at that moment.
 */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>

#include "../kselftest_harness.h"

#include "fakeboard.h"
#include "script.h"
#include "station.h"

/* Idle time is cut to this. */
#define IDLE_US		20000

/* What comes so soon behind a reply left the board together with it. */
#define GLUED_US	5000

#define BACKLOG		32
#define EVENTS_MAX	512

/* A command of the driver's that waits for the board to get round to it. */
struct waiting {
	char text[FAKE_TEXT_MAX];
	unsigned int id;
};

/* An ioctl in a thread of its own. */
struct call {
	pthread_t thread;
	bool running;
	int fd;
	unsigned long request;
	union {
		struct openevse_version version;
		struct openevse_state state;
		struct openevse_settings settings;
		struct openevse_current_capacity_range range;
		struct openevse_charging_current_and_voltage charging;
		struct openevse_energy energy;
		struct openevse_current_capacity capacity;
		struct openevse_raw raw;
	};
	int result;
	int done;		/* eventfd */
};

FIXTURE(replay) {
	struct station station;
	struct script script;

	/* the wire */
	char line[FAKE_BYTES_MAX];
	size_t len;
	bool echo;
	bool busy;		/* booting, or its answer is due later */
	bool mute;
	struct waiting backlog[BACKLOG];
	size_t waiting;
	unsigned int unexpected;	/* commands nobody can answer */

	/* the board, as far as the recording has shown it */
	struct fake_values is;
	char range[RECORDING_BYTES];
	bool resetting;
	long long last_us;
	bool after_zero;	/* a self test goes on in silence */

	/* the command the recording is at */
	struct call call;
	size_t current;
	size_t lost;		/* one the board never heard */
	size_t unsent;		/* the last one that needed not be sent */
	char expected_text[FAKE_TEXT_MAX];
	bool seen;
	long long seen_us;
	unsigned int seen_id;

	/* what the driver must have told, and what it has */
	unsigned int told_state;
	unsigned int known_amps, told_amps;
	struct openevse_event expected[EVENTS_MAX];
	size_t expected_count;
	unsigned int echoes;	/* times it has told that the echo is on */
	bool had_echo;
	struct openevse_event heard[EVENTS_MAX];
	size_t heard_count;

	unsigned int typed, raw, refused, unasked, silences;
};

FIXTURE_VARIANT(replay) {
	const char *name;
	const struct fake_profile *profile;
};

#define RECORDING(number, firmware, name_)				\
FIXTURE_VARIANT_ADD(replay, firmware_##firmware##_t##number) {		\
	.name = name_ "-t" #number, .profile = &fake_##firmware,	\
}

RECORDING(1, 3_11_3, "3.11.3");
RECORDING(2, 3_11_3, "3.11.3");
RECORDING(3, 3_11_3, "3.11.3");
RECORDING(1, 4_6_0, "4.6.0");
RECORDING(2, 4_6_0, "4.6.0");
RECORDING(3, 4_6_0, "4.6.0");
RECORDING(1, 8_2_3, "8.2.3");
RECORDING(2, 8_2_3, "8.2.3");
RECORDING(3, 8_2_3, "8.2.3");

typedef FIXTURE_DATA(replay) player_t;

static long long now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000LL + now.tv_nsec / 1000;
}

/* --- saying --- */

static void say(player_t *self, const void *bytes, size_t len)
{
	if (write(self->station.master, bytes, len) != (ssize_t)len)
		perror("replay: write");
}

static void say_text(player_t *self, const struct fake_profile *profile,
		     const char *text, unsigned int id)
{
	char frame[FAKE_BYTES_MAX];

	say(self, frame, fake_frame(profile, text, id, frame, sizeof(frame)));
	if (self->echo)
		say(self, "\n", 1);
}

/* --- what must be told --- */

static struct openevse_event *expect(player_t *self, unsigned int type)
{
	struct openevse_event *event = &self->expected[self->expected_count];

	if (self->expected_count < EVENTS_MAX - 1)
		self->expected_count++;
	memset(event, 0, sizeof(*event));
	event->type = type;
	return event;
}

static struct openevse_event *expect_state(player_t *self, unsigned int flags)
{
	struct openevse_event *event = expect(self, OPENEVSE_EVENT_STATE);

	event->flags = flags;
	event->state.valid = OPENEVSE_EVENT_HAS_STATE;
	event->state.state = self->is.state;
	event->state.from = self->told_state;
	event->state.capacity_ma = self->known_amps * 1000;
	self->told_state = self->is.state;
	self->told_amps = self->known_amps;
	return event;
}

/* In an answer to $GS: what no message has told before. */
static void expect_noticed(player_t *self)
{
	if (self->is.state != self->told_state ||
	    self->known_amps != self->told_amps)
		expect_state(self, OPENEVSE_EVENT_FLAG_POLLED);
}

static void learn_at(player_t *self, const char *text)
{
	struct openevse_event *event;

	sscanf(text, "AT %x %x %u %x", &self->is.state, &self->is.pilot,
	       &self->is.amps, &self->is.vflags);
	self->known_amps = self->is.amps;
	event = expect_state(self, 0);
	event->state.valid |= OPENEVSE_EVENT_HAS_PILOT |
			      OPENEVSE_EVENT_HAS_VFLAGS;
	event->state.pilot_state = self->is.pilot;
	event->state.vflags = self->is.vflags;
}

/*
 * State 0 is a boot where the board has really reset. Elsewhere old firmware
 * passes through it.
 */
static void learn_st(player_t *self, const char *text)
{
	sscanf(text, "ST %x", &self->is.state);
	expect_state(self, 0);
	if (!self->is.state && self->resetting)
		expect(self, OPENEVSE_EVENT_BOOT);
}

static void learn_message(player_t *self, const char *text)
{
	struct openevse_event *event;
	char firmware[RECORDING_BYTES];

	if (!strncmp(text, "AT ", 3)) {
		learn_at(self, text);
	} else if (!strncmp(text, "ST ", 3)) {
		learn_st(self, text);
	} else if (!strncmp(text, "AB ", 3)) {
		event = expect(self, OPENEVSE_EVENT_BOOT);
		event->boot.valid = OPENEVSE_BOOT_HAS_POST;
		sscanf(text, "AB %x %s", &event->boot.post, firmware);
		snprintf(event->boot.firmware, sizeof(event->boot.firmware),
			 "%.23s", firmware);
	} else if (!strncmp(text, "AN ", 3)) {
		event = expect(self, OPENEVSE_EVENT_BUTTON);
		sscanf(text, "AN %u", &event->button);
	} else if (!strncmp(text, "WF ", 3)) {
		event = expect(self, OPENEVSE_EVENT_WIFI);
		sscanf(text, "WF %x", &event->wifi_mode);
	}
}

/* What a recorded reply says of the board. */
static void learn_reply(player_t *self, const struct fake_profile *profile,
			const char *command, const char *reply)
{
	if (strncmp(reply, "OK", 2) && strncmp(command, "SC", 2))
		return;
	if (!strcmp(command, "GS") && profile->modern)
		sscanf(reply, "OK %x %u %x %x", &self->is.state,
		       &self->is.elapsed, &self->is.pilot, &self->is.vflags);
	else if (!strcmp(command, "GS"))
		sscanf(reply, "OK %u %u", &self->is.state, &self->is.elapsed);
	else if (!strcmp(command, "GE"))
		sscanf(reply, "OK %u %x", &self->is.amps, &self->is.flags);
	else if (!strcmp(command, "GC"))
		snprintf(self->range, sizeof(self->range), "%s", reply);
	else if (!strncmp(command, "SC", 2) && reply[2])
		sscanf(reply + 2, "%u", &self->is.amps);
	else if (!strncmp(command, "SC", 2) && !strncmp(reply, "OK", 2))
		sscanf(command, "SC %u", &self->is.amps);
	else if (!strcmp(command, "FE") && self->is.state >= 0xfe)
		self->is.state = 0;	/* until its main loop has looked */
}

/* --- the driver's own commands --- */

static void answer_extra(player_t *self, const struct fake_profile *profile,
			 const struct waiting *asked)
{
	char reply[RECORDING_BYTES + 8];

	if (!strcmp(asked->text, "GV")) {
		snprintf(reply, sizeof(reply), "OK %s %s", profile->firmware,
			 profile->protocol);
	} else if (!strcmp(asked->text, "GS") && profile->modern) {
		snprintf(reply, sizeof(reply), "OK %02x %u %02x %04x",
			 self->is.state, self->is.elapsed, self->is.pilot,
			 self->is.vflags);
	} else if (!strcmp(asked->text, "GS")) {
		snprintf(reply, sizeof(reply), "OK %u %u", self->is.state,
			 self->is.elapsed);
	} else if (!strcmp(asked->text, "GE")) {
		snprintf(reply, sizeof(reply), "OK %u %04x", self->is.amps,
			 self->is.flags);
	} else if (!strcmp(asked->text, "GC")) {
		snprintf(reply, sizeof(reply), "%s", self->range);
	} else {
		fprintf(stderr, "# the driver asks \"%s\"\n", asked->text);
		self->unexpected++;
		strcpy(reply, "NK");
	}
	if (!strcmp(asked->text, "GE"))
		self->known_amps = self->is.amps;
	if (!strcmp(asked->text, "GS"))
		expect_noticed(self);
	say_text(self, profile, reply, asked->id);
}

static void answer_backlog(player_t *self, const struct fake_profile *profile)
{
	size_t i;

	for (i = 0; i < self->waiting; i++)
		answer_extra(self, profile, &self->backlog[i]);
	self->waiting = 0;
}

static void hear(player_t *self, const struct fake_profile *profile)
{
	struct waiting asked = { 0 };
	char *end = strpbrk(self->line, "^*");
	char *id = strstr(self->line, " :");

	if (end)
		*end = '\0';
	if (id && profile->ids) {
		asked.id = strtoul(id + 2, NULL, 16);
		*id = '\0';
	}
	snprintf(asked.text, sizeof(asked.text), "%.47s", self->line + 1);
	if (self->current != SCRIPT_NONE && !self->seen &&
	    !strcmp(asked.text, self->expected_text)) {
		self->seen = true;
		self->seen_us = now_us();
		self->seen_id = asked.id;
		self->busy = true;
	} else if (self->mute) {
		return;
	} else if (self->busy && self->waiting < BACKLOG) {
		self->backlog[self->waiting++] = asked;
	} else {
		answer_extra(self, profile, &asked);
	}
}

static void take_bytes(player_t *self, const struct fake_profile *profile,
		       const char *bytes, ssize_t len)
{
	ssize_t i;

	if (self->echo && !self->mute)
		say(self, bytes, len);
	for (i = 0; i < len; i++) {
		if (bytes[i] == '$')
			self->len = 0;
		if (bytes[i] != '\r') {
			if (self->len < sizeof(self->line) - 1)
				self->line[self->len++] = bytes[i];
			continue;
		}
		self->line[self->len] = '\0';
		self->len = 0;
		hear(self, profile);
	}
}

/* --- the play --- */

static void take_events(player_t *self)
{
	struct openevse_event event;

	while (!station_event(self->station.fd, &event, 0)) {
		if (event.type == OPENEVSE_EVENT_ECHO)
			self->echoes += event.echo;
		else if (event.type != OPENEVSE_EVENT_SETTING &&
			 event.type != OPENEVSE_EVENT_LINK &&
			 self->heard_count < EVENTS_MAX)
			self->heard[self->heard_count++] = event;
	}
}

/* Serves the driver until then, or until the call under way has ended. */
static void serve(player_t *self, const struct fake_profile *profile,
		  long long until_us)
{
	struct pollfd poller[3] = {
		{ .fd = self->station.master, .events = POLLIN },
		{ .fd = self->station.fd, .events = POLLIN },
		{ .fd = self->call.done, .events = POLLIN },
	};
	long long left;
	char bytes[256];
	ssize_t len;

	do {
		left = until_us - now_us();
		if (left < 0)
			left = 0;
		poll(poller, self->call.running ? 3 : 2, (left + 999) / 1000);
		if (poller[0].revents & POLLIN) {
			len = read(self->station.master, bytes, sizeof(bytes));
			take_bytes(self, profile, bytes, len);
		}
		if (poller[1].revents & POLLIN)
			take_events(self);
		if (self->call.running && poller[2].revents & POLLIN)
			return;
	} while (left);
}

static bool has_ended(const player_t *self)
{
	struct pollfd poller = { .fd = self->call.done, .events = POLLIN };

	return !self->call.running || poll(&poller, 1, 0) > 0;
}

static bool serve_till_end(player_t *self, const struct fake_profile *profile)
{
	long long deadline = now_us() + PATIENCE_MS * 1000LL;

	while (!has_ended(self) && now_us() < deadline)
		serve(self, profile, now_us() + 50000);
	return has_ended(self);
}

static void *run_call(void *arg)
{
	struct call *call = arg;
	uint64_t one = 1;

	call->result = station_call(call->fd, call->request, &call->version);
	if (write(call->done, &one, sizeof(one)) != sizeof(one))
		perror("replay: eventfd");
	return NULL;
}

static void start_call(player_t *self, size_t at, unsigned long request)
{
	const struct script_item *item = &self->script.item[at];

	self->current = at;
	self->seen = false;
	self->echo = item->echoed;
	self->had_echo |= item->echoed;
	snprintf(self->expected_text, sizeof(self->expected_text), "%.47s",
		 item->text);
	self->call.fd = self->station.fd;
	self->call.request = request;
	self->call.running = true;
	pthread_create(&self->call.thread, NULL, run_call, &self->call);
}

static int end_call(player_t *self)
{
	uint64_t count;

	pthread_join(self->call.thread, NULL);
	self->call.running = false;
	self->current = SCRIPT_NONE;
	if (read(self->call.done, &count, sizeof(count)) != sizeof(count))
		perror("replay: eventfd");
	return self->call.result;
}

/* The driver has nothing under way: what comes now is not for it. */
static bool settle(player_t *self, const struct fake_profile *profile)
{
	long long deadline = now_us() + PATIENCE_MS * 1000LL;
	struct openevse_info info;

	do {
		serve(self, profile, now_us() + 1000);
		if (station_call(self->station.fd, OPENEVSE_GET_INFO, &info))
			return false;
		if (info.link == OPENEVSE_LINK_UP)
			return true;
	} while (now_us() < deadline);
	return false;
}

/* --- which ioctl means a command --- */

static const struct {
	const char *text;
	unsigned long request;
} typed_commands[] = {
	{ "GV", OPENEVSE_GET_VERSION }, { "GS", OPENEVSE_GET_STATE },
	{ "GE", OPENEVSE_GET_SETTINGS },
	{ "GC", OPENEVSE_GET_CURRENT_CAPACITY_RANGE },
	{ "GG", OPENEVSE_GET_CHARGING_CURRENT_AND_VOLTAGE },
	{ "GU", OPENEVSE_GET_ENERGY }, { "FE", OPENEVSE_ENABLE },
	{ "FD", OPENEVSE_DISABLE }, { "FS", OPENEVSE_SLEEP },
	{ "FR", OPENEVSE_RESET },
};

static bool is_set_current(const char *text, unsigned int *amps, char *suffix)
{
	*suffix = '\0';
	return sscanf(text, "SC %u %c", amps, suffix) >= 1 &&
	       (!*suffix || *suffix == 'V');
}

/* Fills in the call; returns the error the driver must refuse it with, or 0. */
static int choose_current(player_t *self, const struct fake_profile *profile,
			  unsigned int amps, char suffix)
{
	unsigned int least = 0;

	memset(&self->call.capacity, 0, sizeof(self->call.capacity));
	self->call.capacity.capacity_ma = amps * 1000;
	if (!suffix)
		self->call.capacity.flags = OPENEVSE_CAPACITY_SAVE;
	self->call.request = OPENEVSE_SET_CURRENT_CAPACITY;
	sscanf(self->range, "OK %u", &least);
	if (amps < 6 || amps > 80 || amps < least)
		return -ERANGE;
	return suffix && !profile->checksums ? -EOPNOTSUPP : 0;
}

/* What OPENEVSE_RAW must refuse, by the protocol's rules. */
static bool is_unsafe(const struct fake_profile *profile, const char *text)
{
	size_t len = 1 + strlen(text) + 3 + (profile->ids ? 4 : 0);
	unsigned int tokens = 1;
	const char *at;

	for (at = text; *at; at++)
		tokens += *at == ' ';
	return len > profile->limit || tokens > 9 || strlen(text) < 2 ||
	       !isupper(text[0]) || (!isupper(text[1]) && !isdigit(text[1])) ||
	       (text[2] && text[2] != ' ') || text[strlen(text) - 1] == ' ' ||
	       (strstr(text, "  ") && strncmp(text, "FP", 2)) ||
	       !strncmp(text, "SE", 2) || !strncmp(text, "FF E", 4) ||
	       !strcmp(text, "SK");
}

static int choose_call(player_t *self, const struct fake_profile *profile,
		       const char *text)
{
	unsigned int amps;
	char suffix;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(typed_commands); i++) {
		if (strcmp(text, typed_commands[i].text))
			continue;
		memset(&self->call.raw, 0, sizeof(self->call.raw));
		self->call.request = typed_commands[i].request;
		return 0;
	}
	if (is_set_current(text, &amps, &suffix))
		return choose_current(self, profile, amps, suffix);
	memset(&self->call.raw, 0, sizeof(self->call.raw));
	snprintf(self->call.raw.command, sizeof(self->call.raw.command),
		 "%.63s", text);
	self->call.request = OPENEVSE_RAW;
	return is_unsafe(profile, text) ? -EINVAL : 0;
}

/* --- is the result what the firmware answered? --- */

static bool result_is_right(const struct call *call,
			    const struct fake_profile *profile,
			    const char *reply)
{
	char firmware[RECORDING_BYTES], protocol[RECORDING_BYTES];
	unsigned int n[4] = { 0 };
	unsigned long long wide[2];
	const char *rest;
	int a, b;

	switch (call->request) {
	case OPENEVSE_GET_VERSION:
		return sscanf(reply, "OK %s %s", firmware, protocol) == 2 &&
		       !strcmp(firmware, call->version.firmware) &&
		       !strcmp(protocol, call->version.protocol);
	case OPENEVSE_GET_STATE:
		if (!profile->modern)
			return sscanf(reply, "OK %u %u", &n[0], &n[1]) == 2 &&
			       n[0] == call->state.state &&
			       n[1] == call->state.elapsed_s &&
			       call->state.valid == 3;
		return sscanf(reply, "OK %x %u %x %x", &n[0], &n[1], &n[2],
			      &n[3]) == 4 && n[0] == call->state.state &&
		       n[1] == call->state.elapsed_s &&
		       n[2] == call->state.pilot_state &&
		       n[3] == call->state.vflags && call->state.valid == 15;
	case OPENEVSE_GET_SETTINGS:
		return sscanf(reply, "OK %u %x", &n[0], &n[1]) == 2 &&
		       n[0] * 1000 == call->settings.capacity_ma &&
		       n[1] == call->settings.flags;
	case OPENEVSE_GET_CURRENT_CAPACITY_RANGE:
		sscanf(reply, "OK %u %u %u %u", &n[0], &n[1], &n[2], &n[3]);
		return n[0] * 1000 == call->range.min_ma &&
		       n[1] * 1000 == call->range.max_ma &&
		       n[2] * 1000 == call->range.pilot_ma &&
		       n[3] * 1000 == call->range.configured_max_ma &&
		       call->range.valid == (profile->modern ? 3 : 0);
	case OPENEVSE_GET_CHARGING_CURRENT_AND_VOLTAGE:
		sscanf(reply, "OK %d %d", &a, &b);
		return call->charging.current_ma == (a == -1 ? 0 : a) &&
		       call->charging.voltage_mv == (b == -1 ? 0 : b) &&
		       call->charging.valid == (a != -1) + 2 * (b != -1);
	case OPENEVSE_GET_ENERGY:
		return sscanf(reply, "OK %llu %llu", &wide[0], &wide[1]) == 2 &&
		       wide[0] == call->energy.session_j &&
		       wide[1] == call->energy.total_wh;
	case OPENEVSE_SET_CURRENT_CAPACITY:
		return call->capacity.result_ma == call->capacity.capacity_ma;
	case OPENEVSE_RAW:
		rest = strlen(reply) > 3 ? reply + 3 : "";
		return call->raw.result == (reply[0] == 'N') &&
		       call->raw.reply_len == strlen(rest) &&
		       !memcmp(call->raw.reply, rest, strlen(rest));
	}
	return true;
}

/* $NK is a result of a raw command, and an error of the others. */
static int expected_error(const struct call *call, const char *reply)
{
	if (!strncmp(reply, "OK", 2) || call->request == OPENEVSE_RAW)
		return 0;
	return call->request < OPENEVSE_ENABLE ? -EOPNOTSUPP : -EREMOTEIO;
}

/* --- item by item --- */

static void wait_idle(player_t *self, const struct fake_profile *profile,
		      const struct script_item *item)
{
	long long gap = item->us - self->last_us;

	/* The silence of a self test tells a boot from a passing state. */
	if (gap > IDLE_US && !self->after_zero)
		gap = IDLE_US;
	if (gap > 0)
		serve(self, profile, now_us() + gap);
}

/* As long after the command, as the driver sent it, as in the recording. */
static void wait_due(player_t *self, const struct fake_profile *profile,
		     const struct script_item *item)
{
	const struct script_item *command;

	if (self->current == SCRIPT_NONE || !self->seen) {
		wait_idle(self, profile, item);
		return;
	}
	command = &self->script.item[self->current];
	while (now_us() < self->seen_us + item->us - command->us &&
	       !has_ended(self))
		serve(self, profile, self->seen_us + item->us - command->us);
}

/*
 * Sent by the driver, and heard by the board. A current that is offered already
 * is not sent: the driver has looked, and says so.
 */
static bool issue(player_t *self, const struct fake_profile *profile, size_t at)
{
	long long deadline = now_us() + PATIENCE_MS * 1000LL;

	start_call(self, at, self->call.request);
	/* A reset is not waited for: it may be heard after its call has ended. */
	while (!self->seen && now_us() < deadline &&
	       (!has_ended(self) || self->call.request == OPENEVSE_RESET))
		serve(self, profile, now_us() + 20000);
	if (self->call.request == OPENEVSE_RAW)
		self->raw++;
	else
		self->typed++;
	return self->seen;
}

/* The board says it all the same, to whoever asked. */
static void say_unasked(player_t *self, const struct fake_profile *profile,
			const struct script_item *item)
{
	wait_due(self, profile, item);
	say(self, item->bytes, item->len);
	if (item->kind == SCRIPT_REPLY)
		self->unasked++;
}

static bool is_issued(player_t *self, const struct fake_profile *profile,
		      size_t at)
{
	const struct script_item *item = &self->script.item[at];

	return item->well_formed && !choose_call(self, profile, item->text);
}

static void say_message(player_t *self, const struct fake_profile *profile,
			const struct script_item *item)
{
	bool zero = !strncmp(item->text, "ST 00", 5);

	wait_due(self, profile, item);
	learn_message(self, item->text);
	say(self, item->bytes, item->len);
	self->after_zero = zero;
	/* Up and running with the second state message, or behind $AB. */
	if (self->resetting && !zero && strncmp(item->text, "AB", 2) &&
	    strncmp(item->text, "AT 00", 5)) {
		self->resetting = false;
		self->busy = self->current != SCRIPT_NONE && self->seen;
		if (!self->busy)
			answer_backlog(self, profile);
	}
}

/* Messages that left the board together with the item before them. */
static size_t say_glued(player_t *self, const struct fake_profile *profile,
			size_t at)
{
	long long until = self->script.item[at].us + GLUED_US;

	for (; at + 1 < self->script.count; at++) {
		const struct script_item *next = &self->script.item[at + 1];

		/* The echo mode's line feed has been sent with the reply. */
		if (self->echo && next->kind == SCRIPT_TEXT)
			continue;
		if (next->us > until || next->kind != SCRIPT_MESSAGE)
			break;
		learn_message(self, next->text);
		say(self, next->bytes, next->len);
		self->last_us = next->us;
	}
	return at;
}

/* Returns the last item that was played. */
static size_t play_reply(struct __test_metadata *_metadata, player_t *self,
			 const struct fake_profile *profile, size_t at)
{
	const struct script_item *reply = &self->script.item[at];
	const struct script_item *command;

	if (reply->partner == SCRIPT_NONE || reply->partner == self->unsent ||
	    !is_issued(self, profile, reply->partner)) {
		if (reply->partner != SCRIPT_NONE)
			learn_reply(self, profile,
				    self->script.item[reply->partner].text,
				    reply->text);
		ASSERT_TRUE(settle(self, profile));
		say_unasked(self, profile, reply);
		return at;
	}
	command = &self->script.item[reply->partner];
	/* One of a burst: the driver sends one at a time. */
	if (self->current != reply->partner) {
		ASSERT_EQ(SCRIPT_NONE, self->current);
		choose_call(self, profile, command->text);
		ASSERT_TRUE(issue(self, profile, reply->partner)) {
			TH_LOG("\"%s\" was not sent", command->text);
		}
	} else {
		wait_due(self, profile, reply);
	}
	learn_reply(self, profile, command->text, reply->text);
	if (!strcmp(command->text, "GE") ||
	    (!strncmp(command->text, "SC", 2) && reply->text[2]))
		self->known_amps = self->is.amps;
	if (!strcmp(command->text, "GS"))
		expect_noticed(self);
	say_text(self, profile, reply->text, self->seen_id);
	self->current = SCRIPT_NONE;
	self->last_us = reply->us;
	at = say_glued(self, profile, at);
	self->busy = self->resetting;
	if (!self->busy)
		answer_backlog(self, profile);

	ASSERT_TRUE(serve_till_end(self, profile));
	EXPECT_EQ(expected_error(&self->call, reply->text), end_call(self)) {
		TH_LOG("\"%s\" -> \"%s\" at %lld us", command->text,
		       reply->text, command->us);
	}
	if (!self->call.result) {
		EXPECT_TRUE(result_is_right(&self->call, profile, reply->text)) {
			TH_LOG("\"%s\" -> \"%s\" at %lld us", command->text,
			       reply->text, command->us);
		}
	}
	return at;
}

/* It never answers this: the call ends when a refusal would have come. */
static void play_reset(struct __test_metadata *_metadata, player_t *self,
		       const struct fake_profile *profile, size_t at)
{
	ASSERT_TRUE(issue(self, profile, at));
	self->busy = true;
	self->resetting = true;
	ASSERT_TRUE(serve_till_end(self, profile));
	EXPECT_EQ(0, end_call(self));
}

/* Lost in the board's full receive buffer: asked thrice, in vain. */
static void play_silence(struct __test_metadata *_metadata, player_t *self,
			 const struct fake_profile *profile, size_t at)
{
	ASSERT_TRUE(settle(self, profile));
	choose_call(self, profile, self->script.item[at].text);
	self->mute = true;
	ASSERT_TRUE(issue(self, profile, at));
	ASSERT_TRUE(serve_till_end(self, profile));
	EXPECT_EQ(-ETIMEDOUT, end_call(self));
	self->mute = false;
	self->busy = false;
	self->silences++;
	ASSERT_TRUE(settle(self, profile));
}

/* The driver must not send this, and say so at once. */
static void play_refused(struct __test_metadata *_metadata, player_t *self,
			 const struct fake_profile *profile, size_t at, int err)
{
	self->refused++;
	start_call(self, at, self->call.request);
	ASSERT_TRUE(serve_till_end(self, profile));
	EXPECT_EQ(err, end_call(self)) {
		TH_LOG("\"%s\"", self->script.item[at].text);
	}
	EXPECT_FALSE(self->seen) {
		TH_LOG("\"%s\" was sent", self->script.item[at].text);
	}
}

static void play_command(struct __test_metadata *_metadata, player_t *self,
			 const struct fake_profile *profile, size_t at)
{
	const struct script_item *item = &self->script.item[at];
	int err;

	if (self->current != SCRIPT_NONE || !item->well_formed) {
		/* One of a burst: when its reply is due, if there is one. */
		if (item->partner == SCRIPT_NONE && !strcmp(item->text, "GS"))
			self->lost = at;
		return;
	}
	if (self->lost != SCRIPT_NONE && !self->silences)
		play_silence(_metadata, self, profile, self->lost);
	wait_idle(self, profile, item);
	ASSERT_TRUE(settle(self, profile));
	err = choose_call(self, profile, item->text);
	if (err) {
		play_refused(_metadata, self, profile, at, err);
	} else if (self->call.request == OPENEVSE_RESET) {
		play_reset(_metadata, self, profile, at);
	} else if (item->partner != SCRIPT_NONE && !issue(self, profile, at)) {
		ASSERT_EQ(OPENEVSE_SET_CURRENT_CAPACITY, self->call.request) {
			TH_LOG("\"%s\" was not sent", item->text);
		}
		ASSERT_EQ(0, end_call(self));
		EXPECT_EQ(self->call.capacity.capacity_ma,
			  self->call.capacity.result_ma);
		EXPECT_EQ(self->known_amps * 1000,
			  self->call.capacity.capacity_ma);
		self->unsent = at;
	}
}

/* An echoed command that the driver sends is echoed as the driver sends it. */
static bool is_live_echo(player_t *self, const struct fake_profile *profile,
			 size_t at)
{
	const struct script_item *item = &self->script.item[at];

	if (!memchr(item->bytes, '$', item->len) ||
	    item->bytes[item->len - 1] != '\r')
		return false;
	while (at < self->script.count &&
	       self->script.item[at].kind != SCRIPT_REPLY)
		at++;
	return at < self->script.count &&
	       self->script.item[at].partner != SCRIPT_NONE &&
	       is_issued(self, profile, self->script.item[at].partner);
}

static size_t play_item(struct __test_metadata *_metadata, player_t *self,
			const struct fake_profile *profile, size_t at)
{
	const struct script_item *item = &self->script.item[at];

	switch (item->kind) {
	case SCRIPT_COMMAND:
		play_command(_metadata, self, profile, at);
		break;
	case SCRIPT_REPLY:
		return play_reply(_metadata, self, profile, at);
	case SCRIPT_MESSAGE:
		say_message(self, profile, item);
		break;
	case SCRIPT_ECHO:
		if (!is_live_echo(self, profile, at))
			say_unasked(self, profile, item);
		break;
	case SCRIPT_TEXT:
		/* The line feed behind a reply in echo mode went with it. */
		if (!self->echo)
			say_unasked(self, profile, item);
		break;
	case SCRIPT_RESET:
		wait_idle(self, profile, item);
		self->resetting = true;
		self->busy = true;
		self->echo = false;
		self->is.elapsed = 0;
		break;
	}
	return at;
}

/* --- the fixture --- */

/* As the first answers of the recording show it. */
static void learn_beginning(player_t *self, const struct fake_profile *profile)
{
	static const char *const commands[] = { "GS", "GE", "GC" };
	size_t i, c;

	self->is = (struct fake_values){
		.state = 1, .pilot = 1, .amps = profile->modern ? 24 : 16,
		.vflags = 0x200, .flags = 1,
	};
	strcpy(self->range, profile->modern ? "OK 6 80 24 24" : "OK 10 80");
	for (c = 0; c < ARRAY_SIZE(commands); c++) {
		for (i = 0; i < self->script.count; i++) {
			const struct script_item *item = &self->script.item[i];

			if (item->kind == SCRIPT_MESSAGE)
				break;	/* later it is another state */
			if (item->kind == SCRIPT_REPLY &&
			    item->partner != SCRIPT_NONE &&
			    !strcmp(self->script.item[item->partner].text,
				    commands[c])) {
				learn_reply(self, profile, commands[c],
					    item->text);
				break;
			}
		}
	}
	self->told_state = self->is.state;
	self->known_amps = self->told_amps = self->is.amps;
}

FIXTURE_SETUP(replay)
{
	char path[4096];

	memset(self, 0, sizeof(*self));
	self->current = SCRIPT_NONE;
	self->lost = SCRIPT_NONE;
	self->unsent = SCRIPT_NONE;
	self->station.fd = -1;
	snprintf(path, sizeof(path), "%s/%s.simlog", recording_directory(),
		 variant->name);
	if (access(path, R_OK))
		SKIP(return, "no recordings, see OPENEVSE_CAPTURES");
	ASSERT_EQ(0, script_load(&self->script, path, variant->profile->limit));
	learn_beginning(self, variant->profile);
	self->call.done = eventfd(0, EFD_CLOEXEC);
	ASSERT_GE(self->call.done, 0);
	ASSERT_EQ(0, station_begin(&self->station));
	ASSERT_EQ(0, station_attribute(&self->station, "poll_interval_ms", "0"));
	ASSERT_TRUE(settle(self, variant->profile));
	station_drain(self->station.fd);
	self->heard_count = self->expected_count = 0;
	self->last_us = self->script.count ? self->script.item[0].us : 0;
}

FIXTURE_TEARDOWN(replay)
{
	station_end(&self->station);
	if (self->call.running)
		pthread_join(self->call.thread, NULL);
	script_free(&self->script);
}

static void describe(const struct openevse_event *event, char *text, size_t room)
{
	if (event->type == OPENEVSE_EVENT_STATE)
		snprintf(text, room, "state %02x->%02x%s", event->state.from,
			 event->state.state,
			 event->flags & OPENEVSE_EVENT_FLAG_POLLED ? " polled" : "");
	else
		snprintf(text, room, "type %u value %u", event->type,
			 event->button);
}

static bool is_as_expected(const struct openevse_event *expected,
			   const struct openevse_event *heard)
{
	const struct openevse_event_state *a = &expected->state;
	const struct openevse_event_state *b = &heard->state;

	if (expected->type != heard->type || expected->flags != heard->flags)
		return false;
	if (expected->type != OPENEVSE_EVENT_STATE)
		return !memcmp(expected->raw, heard->raw, sizeof(heard->raw));
	if (a->state != b->state || a->from != b->from ||
	    a->capacity_ma != b->capacity_ma)
		return false;
	/* The rest where the message has it. */
	return !(a->valid & OPENEVSE_EVENT_HAS_PILOT) ||
	       (a->pilot_state == b->pilot_state && a->vflags == b->vflags);
}

TEST_F_TIMEOUT(replay, play, TEST_SECONDS)
{
	struct openevse_stats stats;
	long long deadline;
	char text[2][64];
	size_t i;

	for (i = 0; i < self->script.count; i++) {
		i = play_item(_metadata, self, variant->profile, i);
		self->last_us = self->script.item[i].us;
	}
	ASSERT_TRUE(settle(self, variant->profile));
	deadline = now_us() + PATIENCE_MS * 1000LL;
	while (self->heard_count < self->expected_count && now_us() < deadline)
		serve(self, variant->profile, now_us() + 20000);

	for (i = 0; i < self->expected_count && i < self->heard_count; i++) {
		describe(&self->expected[i], text[0], sizeof(text[0]));
		describe(&self->heard[i], text[1], sizeof(text[1]));
		ASSERT_TRUE(is_as_expected(&self->expected[i], &self->heard[i])) {
			TH_LOG("event %zu: expected %s, heard %s", i, text[0],
			       text[1]);
		}
	}
	EXPECT_EQ(self->expected_count, self->heard_count) {
		for (; i < self->heard_count; i++) {
			describe(&self->heard[i], text[1], sizeof(text[1]));
			TH_LOG("heard in the end: %s", text[1]);
		}
	}
	EXPECT_EQ(0, self->unexpected);
	EXPECT_EQ(self->had_echo, self->echoes > 0);

	stats = station_stats(self->station.fd);
	EXPECT_GE(stats.foreign, self->unasked);
	EXPECT_EQ(0, stats.bad_checksum);
	EXPECT_EQ(0, stats.dropped);
	EXPECT_GT(self->typed, 15);
	EXPECT_EQ(self->lost != SCRIPT_NONE, self->silences);
	TH_LOG("%u typed and %u raw calls, %u refused, %u replies unasked, %u silences, %zu events",
	       self->typed, self->raw, self->refused, self->unasked,
	       self->silences, self->heard_count);
}

TEST_HARNESS_MAIN
