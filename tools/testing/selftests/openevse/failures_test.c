// SPDX-License-Identifier: GPL-2.0
/*
 * The failure cases of Documentation/failures.rst that no other test has, by
 * their numbers. Where a board's behaviour matters the peer is the simulated
 * board, behind a cable that loses bytes where need be; where bytes matter it
 * is the fakeboard; where the UART matters, a virtual FT232R.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/serial.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <termios.h>

#include "../kselftest_harness.h"

#include "fixture.h"
#include "simboard.h"

#define WATT_HOURS	123456

#define call(request, ...) \
	station_call(self->fd, OPENEVSE_##request, &(__VA_ARGS__))
#define feature(id, on) \
	((struct openevse_feature){ OPENEVSE_FEATURE_##id, on })
#define state_of(key, base)	sim_number(&self->sim, "state", key, base)
#define stats_of(key)		sim_number(&self->sim, "stats", key, 10)
#define runs_of(mnemonic)	sim_count(&self->sim, mnemonic)

/* Up, and nothing comes by itself but what the board says. */
#define attach() do {							\
	ASSERT_EQ(0, station_attach(&self->station));			\
	ASSERT_EQ(0, station_wait_link(&self->station, OPENEVSE_LINK_UP)); \
	ASSERT_EQ(0, station_attribute(&self->station,			\
				       "poll_interval_ms", "0"));	\
	self->fd = self->station.fd;					\
	station_drain(self->fd);					\
} while (0)

/* A simulated board that is up at once. */
#define begin(firmware, options) do {					\
	ASSERT_EQ(0, sim_start_build(&self->sim, firmware, false, options)); \
	ASSERT_EQ(0, station_tty(&self->station, self->sim.tty));	\
	attach();							\
} while (0)

#define end() do {							\
	station_end(&self->station);					\
	sim_stop(&self->sim);						\
} while (0)

/* The next event of that state. */
static int wait_state(int fd, unsigned int state, struct openevse_event *event)
{
	int err;

	do
		err = station_event_of(fd, OPENEVSE_EVENT_STATE, event);
	while (!err && event->state.state != state);
	return err;
}

/* --- exact bytes --- */

BOARD_FIXTURE(wire)
BOARD_VARIANTS(wire);

BOARD_FIXTURE(old)
BOARD_VARIANT(old, 3_11_3);

BOARD_FIXTURE(checked)
BOARD_VARIANT(checked, 4_6_0);
BOARD_VARIANT(checked, 8_2_3);

BOARD_FIXTURE(modern)
BOARD_VARIANT(modern, 8_2_3);

/* Failure case 4: the board has restarted, and its message was lost. */
TEST_F_TIMEOUT(wire, boot_message_lost, TEST_SECONDS)
{
	struct openevse_settings settings;
	struct openevse_event event;
	struct openevse_state state;
	size_t heard;

	self->board.is.elapsed = 99;
	fake_state(&self->board, 0xfe, 1, 0x200);
	ASSERT_EQ(0, wait_state(self->fd, 0xfe, &event));
	ASSERT_EQ(0, station_attribute(&self->station, "poll_interval_ms",
				       "200"));
	fake_rule(&self->board, "", FAKE_SILENT, FAKE_FOR_EVER, NULL, 0);
	heard = fake_heard(&self->board);
	ASSERT_TRUE(fake_wait(&self->board, "", heard, 1));
	self->board.is.state = 1;
	self->board.is.amps = 24;
	self->board.is.elapsed = 0;
	fake_no_rules(&self->board);

	ASSERT_EQ(0, wait_state(self->fd, 1, &event));
	EXPECT_EQ(OPENEVSE_EVENT_FLAG_POLLED, event.flags);
	ASSERT_EQ(0, station_wait_link(&self->station, OPENEVSE_LINK_UP));
	ASSERT_EQ(0, call(GET_STATE, state));
	EXPECT_EQ(1, state.state);
	EXPECT_EQ(0, state.elapsed_s);
	ASSERT_EQ(0, call(GET_SETTINGS, settings));
	EXPECT_EQ(24000, settings.capacity_ma);
}

/* Failure case 5: the checksum of the reply is wrong, each time. */
TEST_F_TIMEOUT(checked, damaged_values_are_not_delivered, TEST_SECONDS)
{
	struct openevse_stats before = station_stats(self->fd);
	struct openevse_energy energy = { 1, 1 };
	size_t heard = fake_heard(&self->board);
	char frame[64];
	size_t len;

	len = fake_frame(variant->profile, "OK 7200 123456", 0, frame,
			 sizeof(frame));
	*strchr(frame, '1') = '9';
	fake_rule_bytes(&self->board, "GU", FAKE_BYTES, FAKE_FOR_EVER, frame, len);
	EXPECT_EQ(-EBADMSG, call(GET_ENERGY, energy));
	EXPECT_EQ(1, energy.session_j);
	EXPECT_EQ(1, energy.total_wh);
	EXPECT_EQ(8, fake_count(&self->board, "GU", heard));
	EXPECT_EQ(before.bad_checksum + 8, station_stats(self->fd).bad_checksum);
	expect_works();
}

/* Failure case 6: what must not be done twice is not sent again. */
TEST_F_TIMEOUT(modern, damaged_button_press, TEST_SECONDS)
{
	size_t heard = fake_heard(&self->board);
	char frame[64];

	fake_rule_bytes(&self->board, "F1", FAKE_BYTES, FAKE_FOR_EVER, frame,
			fake_frame(variant->profile, "NK", 0, frame,
				   sizeof(frame)));
	EXPECT_EQ(-EBADMSG, station_call(self->fd, OPENEVSE_PRESS_BUTTON, NULL));
	EXPECT_EQ(1, fake_count(&self->board, "F1", heard));
	expect_works();
}

/* Failure case 7a: OK without the id, so nobody knows what was executed. */
TEST_F_TIMEOUT(checked, ok_without_the_id, TEST_SECONDS)
{
	struct openevse_current_capacity capacity = { .capacity_ma = 12000 };
	struct openevse_stats before = station_stats(self->fd);
	size_t heard = fake_heard(&self->board);
	char frame[64];

	fake_rule_bytes(&self->board, "SC", FAKE_BYTES, 1, frame,
			fake_frame(variant->profile, "OK 6", 0, frame,
				   sizeof(frame)));
	self->board.is.amps = 6;
	EXPECT_EQ(0, call(SET_CURRENT_CAPACITY, capacity));
	EXPECT_EQ(12000, capacity.result_ma);
	EXPECT_EQ(12, self->board.is.amps);
	EXPECT_EQ(2, fake_count(&self->board, "SC", heard));
	EXPECT_EQ(before.foreign + 1, station_stats(self->fd).foreign);

	/* Each time: what it offers now is asked for, and told. */
	fake_rule_bytes(&self->board, "SC", FAKE_BYTES, FAKE_FOR_EVER, frame,
			fake_frame(variant->profile, "OK 6", 0, frame,
				   sizeof(frame)));
	self->board.is.amps = 6;
	capacity = (struct openevse_current_capacity){ .capacity_ma = 10000 };
	EXPECT_EQ(-EBADMSG, call(SET_CURRENT_CAPACITY, capacity));
	EXPECT_EQ(OPENEVSE_CAPACITY_HAS_RESULT, capacity.valid);
	EXPECT_EQ(6000, capacity.result_ma);
	expect_works();
}

#define VALUE(type, ...)	&(struct openevse_##type){ __VA_ARGS__ }

/* Failure case 23: OK to any number of words, and nothing done. */
TEST_F_TIMEOUT(old, ok_to_everything, TEST_SECONDS)
{
	const struct {
		unsigned long request;
		void *value;
		const char *text;
		int err;
	} rows[] = {
		{ OPENEVSE_SET_TIME_LIMIT, VALUE(time_limit, 120), "S3 8",
		  -EREMOTEIO },
		{ OPENEVSE_SET_CHARGE_LIMIT, VALUE(charge_limit, 10000), "SH 10",
		  -EREMOTEIO },
		{ OPENEVSE_SET_ACCUMULATED_WH, VALUE(accumulated_wh, 5000),
		  "SK 5000", -EREMOTEIO },
		{ OPENEVSE_SET_AMMETER_SETTINGS, VALUE(meter_settings, 219, 7),
		  "SA 219 7", -EREMOTEIO },
		{ OPENEVSE_SET_FEATURE, &feature(DIODE_CHECK, 0), "SD 0",
		  -EREMOTEIO },
		{ OPENEVSE_SET_SERVICE_LEVEL, VALUE(service_level, 1), "SL 1",
		  -EREMOTEIO },
		{ OPENEVSE_SET_TIME, VALUE(time, 2028, 2, 29, 12, 0, 0),
		  "S1 28 2 29 12 0 0", -EREMOTEIO },
		{ OPENEVSE_SET_CURRENT_CAPACITY,
		  VALUE(current_capacity, 13000, OPENEVSE_CAPACITY_SAVE),
		  "SC 13", -EREMOTEIO },
		/* Nothing on this firmware shows it. */
		{ OPENEVSE_SET_TIMER, VALUE(timer, 22, 30, 6, 15),
		  "ST 22 30 6 15", 0 },
	};
	char mnemonic[3] = "", text[FAKE_TEXT_MAX];
	size_t i;

	fake_rule(&self->board, "S", FAKE_TEXT, FAKE_FOR_EVER, "OK", 0);
	fake_rule(&self->board, "G3", FAKE_TEXT, FAKE_FOR_EVER, "OK 0", 0);
	fake_rule(&self->board, "GH", FAKE_TEXT, FAKE_FOR_EVER, "OK 0", 0);
	fake_rule(&self->board, "GA", FAKE_TEXT, FAKE_FOR_EVER, "OK 220 0", 0);
	fake_rule(&self->board, "GT", FAKE_TEXT, FAKE_FOR_EVER,
		  "OK 20 1 1 0 0 0", 0);
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		EXPECT_EQ(rows[i].err, station_call(self->fd, rows[i].request,
						    rows[i].value)) {
			TH_LOG("%s", rows[i].text);
		}
		memcpy(mnemonic, rows[i].text, 2);
		fake_last(&self->board, mnemonic, text);
		EXPECT_STREQ(rows[i].text, text);
	}
	expect_works();
}

/* Failure case 34: a sensor that is not fitted has a value all the same. */
TEST_F_TIMEOUT(wire, missing_sensors, TEST_SECONDS)
{
	bool told = variant->profile->modern;
	struct openevse_temperature temperature;

	/* Until RAPI 4.0.1 0, or 23 degrees; then nobody measures that. */
	fake_rule(&self->board, "GP", FAKE_TEXT, 1,
		  told ? "OK 0 -2560 -2560" : "OK 248 0 230", 0);
	ASSERT_EQ(0, call(GET_TEMPERATURE, temperature));
	EXPECT_EQ(OPENEVSE_TEMPERATURE_HAS_DS3231, temperature.valid);
	EXPECT_EQ(told ? 0 : 24800, temperature.ds3231_mc);
	EXPECT_EQ(0, temperature.mcp9808_mc);
	EXPECT_EQ(0, temperature.tmp007_mc);
}

/* Failure case 35: "OK 1" means that it stays locked. */
TEST_F_TIMEOUT(modern, boot_lock_in_a_fault, TEST_SECONDS)
{
	struct openevse_event event;

	fake_rule(&self->board, "SB", FAKE_TEXT, 1, "OK 1", 0);
	EXPECT_EQ(-EREMOTEIO,
		  station_call(self->fd, OPENEVSE_CLEAR_BOOT_LOCK, NULL));
	EXPECT_EQ(-ETIMEDOUT, station_event(self->fd, &event, 0));
}

/* --- a tty as somebody else has left it --- */

FIXTURE(cooked) {
	struct station station;
	struct fakeboard board;
	int fd;
};

FIXTURE_VARIANT(cooked) {
	const struct fake_profile *profile;
};

BOARD_VARIANTS(cooked);

FIXTURE_SETUP(cooked)
{
	struct termios settings;

	ASSERT_EQ(0, station_pty(&self->station));
	ASSERT_EQ(0, tcgetattr(self->station.tty, &settings));
	settings.c_iflag |= ICRNL | INLCR | ISTRIP | IXON | IXOFF;
	settings.c_oflag |= OPOST | ONLCR | OCRNL;
	settings.c_lflag |= ECHO | ECHONL | ICANON | ISIG | IEXTEN;
	ASSERT_EQ(0, tcsetattr(self->station.tty, TCSANOW, &settings));
	ASSERT_EQ(0, fake_start(&self->board, variant->profile,
				&self->station.master));
	attach();
}

FIXTURE_TEARDOWN(cooked)
{
	fake_stop(&self->board);
	station_end(&self->station);
}

/* Failure case 40: CR made LF, LF made CR LF, everything echoed. */
TEST_F_TIMEOUT(cooked, bytes_are_as_they_are, TEST_SECONDS)
{
	static const char id[] = "OK  \x11\x13\x03\xff\x8d\x0a" "0C94F501";
	struct openevse_raw raw = { .command = "GI" };
	struct openevse_stats stats;

	expect_works();
	fake_rule_bytes(&self->board, "GI", FAKE_TEXT, 1, id, sizeof(id) - 1);
	ASSERT_EQ(0, call(RAW, raw));
	ASSERT_EQ(sizeof(id) - 1 - 3, raw.reply_len);
	EXPECT_EQ(0, memcmp(id + 3, raw.reply, raw.reply_len));
	stats = station_stats(self->fd);
	EXPECT_EQ(0, stats.timeouts);
	EXPECT_EQ(0, stats.bad_frames);
	EXPECT_EQ(0, stats.junk_bytes);
	EXPECT_EQ(0, stats.echoes);
	EXPECT_EQ(0, self->board.damaged);
}

/* --- a cable that loses bytes --- */

/* What is lost of a command. */
enum loss {
	LOSS_START,		/* its '$' */
	LOSS_DELIMITER,		/* the '*' before the checksum */
	LOSS_TAIL,		/* all behind the fifth byte, but not the CR */
	LOSS_END,		/* its CR */
};

/**
 * struct cable - carries bytes between the driver's pty and the board's
 * @host: the driver's
 * @board: the board's
 * @stop: to be closed, so that the thread ends
 * @thread: carries
 * @lock: of @mnemonic, @loss and @times
 * @mnemonic: of the commands that suffer
 * @loss: what is lost of them
 * @times: how many
 * @stray: bytes for the board that belong to no command
 * @line: a command on its way
 * @len: of it
 */
struct cable {
	int host, board;
	int stop[2];
	pthread_t thread;
	pthread_mutex_t lock;
	char mnemonic[3];
	enum loss loss;
	int times;
	unsigned int stray;
	char line[64];
	size_t len;
};

static void write_all(int fd, const char *bytes, size_t len)
{
	if (write(fd, bytes, len) != (ssize_t)len)
		perror("cable");
}

static void pass_damaged(struct cable *cable)
{
	char *line = cable->line;
	char *star = memchr(line, '*', cable->len);
	size_t len = cable->len;

	if (cable->loss == LOSS_START) {
		memmove(line, line + 1, --len);
	} else if (cable->loss == LOSS_DELIMITER && star) {
		memmove(star, star + 1, line + len - star - 1);
		len--;
	} else if (cable->loss == LOSS_TAIL) {
		line[5] = '\r';
		len = 6;
	} else if (cable->loss == LOSS_END) {
		len--;
	}
	write_all(cable->board, line, len);
}

static void pass_command(struct cable *cable)
{
	bool suffers;

	pthread_mutex_lock(&cable->lock);
	suffers = cable->times && !memcmp(cable->line + 1, cable->mnemonic, 2);
	if (suffers) {
		cable->times--;
		pass_damaged(cable);
	} else {
		write_all(cable->board, cable->line, cable->len);
	}
	pthread_mutex_unlock(&cable->lock);
	cable->len = 0;
}

static void take_byte(struct cable *cable, char byte)
{
	if ((byte == '$') != !cable->len || cable->len == sizeof(cable->line)) {
		cable->stray++;
		return;
	}
	cable->line[cable->len++] = byte;
	if (byte == '\r')
		pass_command(cable);
}

static bool carry(struct cable *cable, bool to_board)
{
	char bytes[256];
	ssize_t len, i;

	len = read(to_board ? cable->host : cable->board, bytes, sizeof(bytes));
	if (len <= 0)
		return false;
	if (!to_board)
		write_all(cable->host, bytes, len);
	for (i = 0; to_board && i < len; i++)
		take_byte(cable, bytes[i]);
	return true;
}

static void *run_cable(void *arg)
{
	struct cable *cable = arg;
	struct pollfd poller[] = {
		{ .fd = cable->host, .events = POLLIN },
		{ .fd = cable->board, .events = POLLIN },
		{ .fd = cable->stop[0], .events = POLLIN },
	};

	for (;;) {
		if (poll(poller, 3, -1) < 0 || poller[2].revents)
			break;
		if (poller[0].revents && !carry(cable, true))
			break;
		if (poller[1].revents && !carry(cable, false))
			break;
	}
	return NULL;
}

static int cable_start(struct cable *cable, int host, const char *board)
{
	cable->host = host;
	cable->board = open(board, O_RDWR | O_NOCTTY | O_CLOEXEC);
	pthread_mutex_init(&cable->lock, NULL);
	if (cable->board < 0 || pipe(cable->stop))
		return -errno;
	return -pthread_create(&cable->thread, NULL, run_cable, cable);
}

static void cable_stop(struct cable *cable)
{
	close(cable->stop[1]);
	pthread_join(cable->thread, NULL);
	close(cable->stop[0]);
	close(cable->board);
}

static void cable_loses(struct cable *cable, const char *mnemonic,
			enum loss loss)
{
	pthread_mutex_lock(&cable->lock);
	memcpy(cable->mnemonic, mnemonic, sizeof(cable->mnemonic));
	cable->loss = loss;
	cable->times = 1;
	pthread_mutex_unlock(&cable->lock);
}

FIXTURE(cable) {
	struct station station;
	struct simboard sim;
	struct cable cable;
	int fd;
};

FIXTURE_VARIANT(cable) {
	const char *firmware;
};

FIXTURE_VARIANT_ADD(cable, firmware_3_11_3) { .firmware = "3.11.3" };
FIXTURE_VARIANT_ADD(cable, firmware_4_6_0) { .firmware = "D4.6.0" };
FIXTURE_VARIANT_ADD(cable, firmware_8_2_3) { .firmware = "8.2.3" };

FIXTURE_SETUP(cable)
{
	if (!sim_program())
		SKIP(return, "no simulated board, see OPENEVSE_BOARD");
	ASSERT_EQ(0, sim_start(&self->sim, variant->firmware, false));
	ASSERT_EQ(0, station_pty(&self->station));
	ASSERT_EQ(0, cable_start(&self->cable, self->station.master,
				 self->sim.tty));
	attach();
	ASSERT_EQ(0, call(SET_ACCUMULATED_WH,
			  (struct openevse_accumulated_wh){ WATT_HOURS }));
}

FIXTURE_TEARDOWN(cable)
{
	cable_stop(&self->cable);
	station_end(&self->station);
	sim_stop(&self->sim);
}

/* A getter and a setter lose that: silence, until they are sent again. */
#define expect_sent_again(loss) do {					\
	struct openevse_stats _before = station_stats(self->fd), _after; \
	struct openevse_energy _energy = { 0 };				\
	long _asked = runs_of("GU");					\
									\
	cable_loses(&self->cable, "GU", loss);				\
	EXPECT_EQ(0, call(GET_ENERGY, _energy));			\
	EXPECT_EQ(WATT_HOURS, _energy.total_wh);			\
	EXPECT_EQ(_asked + 1, runs_of("GU"));				\
	cable_loses(&self->cable, "FS", loss);				\
	EXPECT_EQ(0, station_call(self->fd, OPENEVSE_SLEEP, NULL));	\
	EXPECT_EQ(OPENEVSE_STATE_SLEEPING, state_of("code", 16));	\
	EXPECT_EQ(1, runs_of("FS"));					\
	_after = station_stats(self->fd);				\
	EXPECT_EQ(_before.timeouts + 2, _after.timeouts);		\
	EXPECT_EQ(_before.retries + 2, _after.retries);			\
	EXPECT_EQ(0, self->cable.times);				\
} while (0)

/* Failure case 8: the '$' is lost, and the rest is noise to the board. */
TEST_F_TIMEOUT(cable, start_lost, TEST_SECONDS)
{
	expect_sent_again(LOSS_START);
	EXPECT_EQ(0, self->cable.stray);
}

/* Failure case 9: the CR is lost, and the board waits for it. */
/* Failure case 7a: no bare CR is sent to end what the board has of it. */
TEST_F_TIMEOUT(cable, end_lost, TEST_SECONDS)
{
	expect_sent_again(LOSS_END);
	EXPECT_EQ(0, self->cable.stray);
}

/* Failure case 7: without its '*' the checksum is a part of the number. */
TEST_F_TIMEOUT(cable, delimiter_lost, TEST_SECONDS)
{
	struct openevse_current_capacity capacity = {
		.capacity_ma = 10000, .flags = OPENEVSE_CAPACITY_SAVE,
	};
	struct openevse_meter_settings meter = { 219, 7 };

	cable_loses(&self->cable, "SC", LOSS_DELIMITER);
	EXPECT_EQ(0, call(SET_CURRENT_CAPACITY, capacity));
	EXPECT_EQ(0, self->cable.times);
	EXPECT_EQ(10000, capacity.result_ma);
	EXPECT_EQ(10, state_of("offered", 10));
	EXPECT_EQ(10, state_of("saved", 10));

	cable_loses(&self->cable, "SA", LOSS_DELIMITER);
	EXPECT_EQ(0, call(SET_AMMETER_SETTINGS, meter));
	EXPECT_EQ(0, self->cable.times);
	memset(&meter, 0, sizeof(meter));
	ASSERT_EQ(0, call(GET_AMMETER_SETTINGS, meter));
	EXPECT_EQ(219, meter.scale);
	EXPECT_EQ(7, meter.offset);
}

/* Failure case 7a: "SC 1" is left of "SC 12", and executed. */
TEST_F_TIMEOUT(cable, tail_lost, TEST_SECONDS)
{
	struct openevse_current_capacity capacity = {
		.capacity_ma = 12000, .flags = OPENEVSE_CAPACITY_SAVE,
	};
	long offered;
	int err;

	cable_loses(&self->cable, "SC", LOSS_TAIL);
	err = call(SET_CURRENT_CAPACITY, capacity);
	EXPECT_EQ(0, self->cable.times);
	/* Made good or not: what the call says is so. */
	offered = state_of("offered", 10);
	EXPECT_EQ(OPENEVSE_CAPACITY_HAS_RESULT, capacity.valid);
	EXPECT_EQ(offered * 1000, capacity.result_ma);
	EXPECT_EQ(offered == 12 ? 0 : -EREMOTEIO, err);
	EXPECT_LE(offered, 12);
}

/* --- busy boards --- */

/* What does not change while nobody changes it. */
struct answers {
	struct openevse_version version;
	struct openevse_settings settings;
	struct openevse_current_capacity_range range;
	struct openevse_energy energy;
};

#define QUESTION(request, member) \
	{ OPENEVSE_GET_##request, offsetof(struct answers, member), \
	  sizeof(((struct answers *)0)->member) }

static const struct {
	unsigned long request;
	size_t offset, size;
} questions[] = {
	QUESTION(VERSION, version), QUESTION(SETTINGS, settings),
	QUESTION(CURRENT_CAPACITY_RANGE, range), QUESTION(ENERGY, energy),
};

static int ask(int fd, size_t which, struct answers *answers)
{
	void *answer = (char *)answers + questions[which].offset;

	memset(answer, 0, questions[which].size);
	return station_call(fd, questions[which].request, answer);
}

static bool is_same(size_t which, const struct answers *a,
		    const struct answers *b)
{
	return !memcmp((char *)a + questions[which].offset,
		       (char *)b + questions[which].offset,
		       questions[which].size);
}

/* Different for each question, and from what a board has by itself. */
static int learn(int fd, struct answers *known)
{
	struct openevse_accumulated_wh energy = { WATT_HOURS };
	int err = station_call(fd, OPENEVSE_SET_ACCUMULATED_WH, &energy);
	size_t i;

	for (i = 0; !err && i < ARRAY_SIZE(questions); i++)
		err = ask(fd, i, known);
	return err;
}

/**
 * struct asker - a thread that asks the same again and again
 * @thread: itself
 * @fd: whom it asks
 * @which: what
 * @known: the right answer
 * @stop: after this answer
 * @right: answers
 * @wrong: answers
 * @err: the last error
 * @odd: the last error that says more than that there was no answer
 */
struct asker {
	pthread_t thread;
	int fd;
	size_t which;
	const struct answers *known;
	volatile bool stop;
	unsigned int right, wrong;
	int err, odd;
};

static void *run_asker(void *arg)
{
	struct asker *asker = arg;
	struct answers answers;
	int err;

	do {
		err = ask(asker->fd, asker->which, &answers);
		if (!err && is_same(asker->which, &answers, asker->known))
			asker->right++;
		else if (!err)
			asker->wrong++;
		else
			asker->err = err;
		if (err && err != -ETIMEDOUT && err != -EBADMSG &&
		    err != -ECONNRESET)
			asker->odd = err;
	} while (!asker->stop);
	return NULL;
}

static int start_asker(struct asker *asker, int fd, size_t number,
		       const struct answers *known, bool once)
{
	memset(asker, 0, sizeof(*asker));
	asker->fd = fd;
	asker->which = number % ARRAY_SIZE(questions);
	asker->known = known;
	asker->stop = once;
	return pthread_create(&asker->thread, NULL, run_asker, asker);
}

FIXTURE(busy) {
	struct station station;
	struct simboard sim;
	int fd;
};

FIXTURE_VARIANT(busy) {
	const char *firmware;
};

FIXTURE_VARIANT_ADD(busy, firmware_3_11_3) { .firmware = "3.11.3" };
FIXTURE_VARIANT_ADD(busy, firmware_4_6_0) { .firmware = "D4.6.0" };
FIXTURE_VARIANT_ADD(busy, firmware_8_2_3) { .firmware = "8.2.3" };

FIXTURE_SETUP(busy)
{
	if (!sim_program())
		SKIP(return, "no simulated board, see OPENEVSE_BOARD");
	begin(variant->firmware, "");
}

FIXTURE_TEARDOWN(busy)
{
	end();
}

#define CALLERS	12

/* Failure case 11: its buffer of 63 bytes is full while it does not look. */
TEST_F_TIMEOUT(busy, many_callers, TEST_SECONDS)
{
	static const int stalls_ms[] = { 1500, 4500 };
	struct asker askers[CALLERS];
	struct answers known;
	size_t i, round;

	ASSERT_EQ(0, learn(self->fd, &known));
	for (round = 0; round < ARRAY_SIZE(stalls_ms); round++) {
		ASSERT_EQ(0, sim_tell(&self->sim, "stall %d", stalls_ms[round]));
		for (i = 0; i < CALLERS; i++)
			ASSERT_EQ(0, start_asker(&askers[i], self->fd, i, &known,
						 true));
		for (i = 0; i < CALLERS; i++) {
			ASSERT_EQ(0, pthread_join(askers[i].thread, NULL));
			EXPECT_EQ(1, askers[i].right) {
				TH_LOG("caller %zu: %d", i, askers[i].err);
			}
		}
	}
	EXPECT_EQ(0, stats_of("ring_lost"));
	EXPECT_EQ(0, stats_of("bad_checksums"));
}

/* Failure case 13: as long as its longest test it answers nobody. */
TEST_F_TIMEOUT(busy, silent_for_five_seconds, TEST_SECONDS)
{
	struct openevse_event event;
	struct openevse_info info;
	struct answers known, answers;

	ASSERT_EQ(0, learn(self->fd, &known));
	station_drain(self->fd);
	ASSERT_EQ(0, sim_tell(&self->sim, "stall 5000"));
	ASSERT_EQ(0, ask(self->fd, 3, &answers));
	EXPECT_TRUE(is_same(3, &known, &answers));
	ASSERT_EQ(0, call(GET_INFO, info));
	EXPECT_EQ(OPENEVSE_LINK_UP, info.link);
	while (!station_event(self->fd, &event, 0))
		EXPECT_NE(OPENEVSE_EVENT_LINK, event.type);
}

/* Failure case 38: it is enabled, and does not charge. */
TEST_F_TIMEOUT(busy, enabled_is_not_charging, TEST_SECONDS)
{
	struct openevse_event event;
	struct openevse_state state;

	ASSERT_EQ(0, station_call(self->fd, OPENEVSE_SLEEP, NULL));
	ASSERT_EQ(0, sim_tell(&self->sim, "pilot B"));
	station_drain(self->fd);
	ASSERT_EQ(0, station_call(self->fd, OPENEVSE_ENABLE, NULL));
	do {
		ASSERT_EQ(0, station_event_of(self->fd, OPENEVSE_EVENT_STATE,
					      &event));
		EXPECT_NE(OPENEVSE_STATE_C, event.state.state);
	} while (event.state.state != OPENEVSE_STATE_B);
	ASSERT_EQ(0, call(GET_STATE, state));
	EXPECT_EQ(OPENEVSE_STATE_B, state.state);
	EXPECT_EQ(OPENEVSE_STATE_B, state_of("code", 16));
	/* It does when the vehicle wants to. */
	ASSERT_EQ(0, sim_tell(&self->sim, "pilot C"));
	ASSERT_EQ(0, wait_state(self->fd, OPENEVSE_STATE_C, &event));
}

/* --- boots as long as real ones --- */

FIXTURE(booting) {
	struct station station;
	struct simboard sim;
	int fd;
};

FIXTURE_VARIANT(booting) {
	const char *firmware;
};

FIXTURE_VARIANT_ADD(booting, firmware_3_11_3) { .firmware = "3.11.3" };
FIXTURE_VARIANT_ADD(booting, firmware_4_6_0) { .firmware = "D4.6.0" };
FIXTURE_VARIANT_ADD(booting, firmware_8_2_3) { .firmware = "8.2.3" };

/* Booted when nobody listened. */
FIXTURE_SETUP(booting)
{
	if (!sim_program())
		SKIP(return, "no simulated board, see OPENEVSE_BOARD");
	ASSERT_EQ(0, sim_start(&self->sim, variant->firmware, true));
	ASSERT_EQ(0, sim_tell(&self->sim, "wait boot done 20000"));
	ASSERT_EQ(0, sim_tell(&self->sim, "wait state not-connected 5000"));
	ASSERT_EQ(0, station_tty(&self->station, self->sim.tty));
	attach();
}

FIXTURE_TEARDOWN(booting)
{
	end();
}

/* Failure case 4: the board said that it has booted before we came. */
TEST_F_TIMEOUT(booting, attached_afterwards, TEST_SECONDS)
{
	struct openevse_settings settings;
	struct openevse_event event;
	struct openevse_state state;
	int fd;

	fd = station_open(&self->station, O_RDONLY);
	ASSERT_GE(fd, 0);
	ASSERT_EQ(0, station_event(fd, &event, 0));
	EXPECT_EQ(OPENEVSE_EVENT_FLAG_INITIAL, event.flags);
	EXPECT_EQ(OPENEVSE_LINK_UP, event.state.link);
	EXPECT_NE(0, event.state.valid & OPENEVSE_EVENT_HAS_STATE);
	EXPECT_EQ(OPENEVSE_STATE_A, event.state.state);
	close(fd);
	ASSERT_EQ(0, call(GET_STATE, state));
	EXPECT_EQ(state_of("code", 16), state.state);
	ASSERT_EQ(0, call(GET_SETTINGS, settings));
	EXPECT_EQ(state_of("offered", 10) * 1000, settings.capacity_ma);
	EXPECT_EQ(state_of("flags", 16), settings.flags);
}

/* Failure case 13: each check that is off is shown for 1.5 s at boot. */
TEST_F_TIMEOUT(booting, long_self_test, TEST_SECONDS)
{
	static const unsigned int checks[] = {
		OPENEVSE_FEATURE_DIODE_CHECK, OPENEVSE_FEATURE_VENT_CHECK,
		OPENEVSE_FEATURE_GROUND_CHECK, OPENEVSE_FEATURE_GFCI_TEST,
		OPENEVSE_FEATURE_STUCK_RELAY_CHECK,
	};
	long resets = stats_of("resets");
	struct openevse_event event;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(checks); i++)
		ASSERT_EQ(0, call(SET_FEATURE,
				  (struct openevse_feature){ checks[i], 0 }));
	station_drain(self->fd);
	ASSERT_EQ(0, station_call(self->fd, OPENEVSE_RESET, NULL));
	ASSERT_EQ(0, station_event_of(self->fd, OPENEVSE_EVENT_LINK, &event));
	EXPECT_EQ(OPENEVSE_LINK_UP, event.link);
	EXPECT_EQ(resets + 1, stats_of("resets"));
}

/* Failure case 17: what was asked while it boots is answered in one burst. */
TEST_F_TIMEOUT(booting, asked_all_the_time, TEST_SECONDS)
{
	struct asker askers[ARRAY_SIZE(questions)];
	struct answers known, answers;
	size_t i;

	ASSERT_EQ(0, learn(self->fd, &known));
	for (i = 0; i < ARRAY_SIZE(askers); i++)
		ASSERT_EQ(0, start_asker(&askers[i], self->fd, i, &known, false));
	ASSERT_EQ(0, sim_tell(&self->sim, "reset"));
	EXPECT_EQ(0, sim_tell(&self->sim, "wait boot done 20000"));
	EXPECT_EQ(0, sim_tell(&self->sim, "wait state not-connected 5000"));
	EXPECT_EQ(0, station_wait_link(&self->station, OPENEVSE_LINK_UP));
	for (i = 0; i < ARRAY_SIZE(askers); i++)
		askers[i].stop = true;
	for (i = 0; i < ARRAY_SIZE(askers); i++) {
		ASSERT_EQ(0, pthread_join(askers[i].thread, NULL));
		EXPECT_EQ(0, askers[i].wrong);
		EXPECT_EQ(0, askers[i].odd);
		EXPECT_LT(0, askers[i].right);
	}
	for (i = 0; i < ARRAY_SIZE(askers); i++) {
		ASSERT_EQ(0, ask(self->fd, i, &answers));
		EXPECT_TRUE(is_same(i, &known, &answers));
	}
}

/* --- builds and settings --- */

FIXTURE(build) {
	struct station station;
	struct simboard sim;
	int fd;
};

FIXTURE_SETUP(build)
{
	if (!sim_program())
		SKIP(return, "no simulated board, see OPENEVSE_BOARD");
	self->station = (struct station){ -1, -1, -1, -1 };
	self->sim.pid = -1;
	self->sim.control = -1;
}

FIXTURE_TEARDOWN(build)
{
	end();
}

/* Failure case 7a: half a frame, left behind by an earlier program. */
TEST_F_TIMEOUT(build, half_frame_left_behind, TEST_SECONDS)
{
	static const char *const firmware[] = { "3.11.3", "D4.6.0", "8.2.3" };
	long offered;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(firmware); i++) {
		ASSERT_EQ(0, sim_start(&self->sim, firmware[i], false));
		offered = state_of("offered", 10);
		ASSERT_EQ(0, station_tty(&self->station, self->sim.tty));
		ASSERT_EQ(5, write(self->station.tty, "$SC 8", 5));
		ASSERT_EQ(0, sim_tell(&self->sim, "wait bytes_in >=5"));
		attach();
		EXPECT_EQ(0, runs_of("SC"));
		EXPECT_EQ(offered, state_of("offered", 10));
		end();
	}
}

/* Failure case 12: each reply is later than a try lasts; ids tell whose it is. */
TEST_F_TIMEOUT(build, replies_later_than_a_try, TEST_SECONDS)
{
	struct openevse_current_capacity capacity;
	struct openevse_energy energy;
	struct openevse_state state;
	struct openevse_info info;
	int i;

	begin("8.2.3", "");
	ASSERT_EQ(0, sim_tell(&self->sim, "delay 2500"));
	for (i = 0; i < 3; i++) {
		EXPECT_EQ(0, call(GET_STATE, state));
		EXPECT_EQ(OPENEVSE_STATE_A, state.state);
		EXPECT_EQ(0, call(GET_ENERGY, energy));
		memset(&capacity, 0, sizeof(capacity));
		capacity.capacity_ma = 10000 + i * 1000;
		EXPECT_EQ(0, call(SET_CURRENT_CAPACITY, capacity));
		EXPECT_EQ(10000 + i * 1000, capacity.result_ma);
		EXPECT_EQ(10 + i, state_of("offered", 10));
	}
	ASSERT_EQ(0, call(GET_INFO, info));
	EXPECT_EQ(OPENEVSE_LINK_UP, info.link);
	/* No oftener than where none comes. */
	EXPECT_LE(runs_of("GU"), 3 * 3);
}

/* Failure case 31: left out of this build, as it says each time it is asked. */
TEST_F_TIMEOUT(build, not_built_in, TEST_SECONDS)
{
	struct openevse_switch lock = { 0 };
	struct openevse_state state;
	struct openevse_info info;
	long frames;

	begin("8.2.3", "");
	EXPECT_EQ(-EOPNOTSUPP, call(GET_AUTH_LOCK, lock));
	frames = stats_of("frames");
	EXPECT_EQ(-EOPNOTSUPP, call(GET_AUTH_LOCK, lock));
	EXPECT_EQ(-EOPNOTSUPP, call(SET_AUTH_LOCK, lock));
	EXPECT_EQ(frames, stats_of("frames"));
	/* And that is all. */
	ASSERT_EQ(0, call(GET_INFO, info));
	EXPECT_EQ(OPENEVSE_LINK_UP, info.link);
	EXPECT_EQ(0, call(GET_STATE, state));
}

/* Failure case 35: locked since its boot, it would never charge. */
TEST_F_TIMEOUT(build, boot_lock, TEST_SECONDS)
{
	struct openevse_event event;
	struct openevse_state state;
	int fd;

	begin("8.2.3", "--with bootlock");
	ASSERT_EQ(0, call(GET_STATE, state));
	EXPECT_EQ(OPENEVSE_STATE_UNKNOWN, state.state);
	EXPECT_NE(0, state.vflags & OPENEVSE_VFLAG_BOOT_LOCKED);
	fd = station_open(&self->station, O_RDONLY);
	ASSERT_GE(fd, 0);
	ASSERT_EQ(0, station_event(fd, &event, 0));
	EXPECT_NE(0, event.state.vflags & OPENEVSE_VFLAG_BOOT_LOCKED);
	/* To unlock it is to say that somebody supervises it: not for us. */
	EXPECT_EQ(0, runs_of("SB"));
	EXPECT_EQ(0, station_call(self->fd, OPENEVSE_CLEAR_BOOT_LOCK, NULL));
	EXPECT_EQ(1, runs_of("SB"));
	ASSERT_EQ(0, wait_state(fd, OPENEVSE_STATE_A, &event));
	EXPECT_EQ(0, event.state.vflags & OPENEVSE_VFLAG_BOOT_LOCKED);
	close(fd);
}

/* Failure case 38: enabled, and the timer puts it back to sleep. */
TEST_F_TIMEOUT(build, asleep_by_the_timer, TEST_SECONDS)
{
	unsigned int last = OPENEVSE_STATE_SLEEPING;
	struct openevse_event event;
	struct openevse_state state;
	int err, fd;

	begin("8.2.3", "");
	ASSERT_EQ(0, sim_tell(&self->sim, "clock 28 1 1 12 0 0"));
	ASSERT_EQ(0, call(SET_TIMER, (struct openevse_timer){ 22, 30, 6, 15 }));
	ASSERT_EQ(0, sim_tell(&self->sim, "wait state sleeping"));
	ASSERT_EQ(0, wait_state(self->fd, OPENEVSE_STATE_SLEEPING, &event));
	ASSERT_EQ(0, station_attribute(&self->station, "poll_interval_ms",
				       "200"));
	ASSERT_EQ(0, sim_tell(&self->sim, "pilot B"));
	/* It was awake, or is asleep again already. */
	err = station_call(self->fd, OPENEVSE_ENABLE, NULL);
	EXPECT_TRUE(!err || err == -EREMOTEIO) {
		TH_LOG("%d", err);
	}
	ASSERT_EQ(1, runs_of("FE"));
	ASSERT_EQ(0, sim_tell(&self->sim, "wait state sleeping"));
	ASSERT_EQ(0, call(GET_STATE, state));
	EXPECT_EQ(OPENEVSE_STATE_SLEEPING, state.state);
	fd = station_open(&self->station, O_RDONLY);
	ASSERT_GE(fd, 0);
	ASSERT_EQ(0, station_event(fd, &event, 0));
	EXPECT_EQ(OPENEVSE_STATE_SLEEPING, event.state.state);
	close(fd);
	while (!station_event(self->fd, &event, 0))
		if (event.type == OPENEVSE_EVENT_STATE)
			last = event.state.state;
	EXPECT_EQ(OPENEVSE_STATE_SLEEPING, last);
}

/* Failure case 43: a program that is long gone promised to say it lives. */
TEST_F_TIMEOUT(build, heartbeat_of_another, TEST_SECONDS)
{
	struct openevse_raw raw = { .command = "SY 1 6" };
	struct openevse_current_capacity capacity = { .capacity_ma = 16000 };
	struct openevse_heartbeat heartbeat = { 0 };
	struct openevse_event event;

	begin("8.2.3", "");
	ASSERT_EQ(0, call(RAW, raw));
	ASSERT_EQ(OPENEVSE_RAW_OK, raw.result);
	ASSERT_EQ(0, sim_tell(&self->sim, "wait heartbeat_trigger 2 30000"));
	/* The current has been lowered: that is told, and so is why. */
	do {
		ASSERT_EQ(0, station_event_of(self->fd, OPENEVSE_EVENT_STATE,
					      &event));
	} while (event.state.capacity_ma != 6000);
	ASSERT_EQ(0, call(GET_HEARTBEAT, heartbeat));
	EXPECT_EQ(1, heartbeat.interval_s);
	EXPECT_EQ(6000, heartbeat.current_ma);
	EXPECT_EQ(OPENEVSE_HEARTBEAT_HAS_MISSED, heartbeat.valid);
	EXPECT_EQ(OPENEVSE_HEARTBEAT_LIMITED, heartbeat.missed);
	/* It can be ended, and the current is anybody's again. */
	heartbeat = (struct openevse_heartbeat){ 0 };
	EXPECT_EQ(0, call(SET_HEARTBEAT, heartbeat));
	EXPECT_EQ(0, state_of("heartbeat", 10));
	EXPECT_EQ(0, call(SET_CURRENT_CAPACITY, capacity));
	EXPECT_EQ(16, state_of("offered", 10));
}

/* --- a real UART driver --- */

FIXTURE(usb) {
	struct station station;
	struct simboard sim;
	int fd;
};

FIXTURE_SETUP(usb)
{
	if (!sim_program())
		SKIP(return, "no simulated board, see OPENEVSE_BOARD");
	if (system("modprobe -a vhci-hcd ftdi_sio 2>/dev/null"))
		SKIP(return, "no vhci-hcd or ftdi_sio");
	self->station = (struct station){ -1, -1, -1, -1 };
	self->sim.pid = -1;
	self->sim.control = -1;
}

FIXTURE_TEARDOWN(usb)
{
	end();
}

#define begin_usb(boot, options) do {					\
	ASSERT_EQ(0, sim_start_usb(&self->sim, "8.2.3", boot, options)); \
	ASSERT_EQ(0, station_tty(&self->station, self->sim.tty));	\
} while (0)

/* Line errors so far, as the UART's driver counts them. */
static struct serial_icounter_struct line_errors(int tty)
{
	struct serial_icounter_struct count = { 0 };

	ioctl(tty, TIOCGICOUNT, &count);
	return count;
}

#define wait_error(kind, before) ({					\
	int64_t _deadline = now_ms() + PATIENCE_MS;			\
									\
	while (line_errors(self->station.tty).kind == (before).kind &&	\
	       now_ms() < _deadline)					\
		short_pause();						\
	line_errors(self->station.tty).kind != (before).kind;		\
})

static int set_speed(int tty, speed_t speed)
{
	struct termios settings;

	if (tcgetattr(tty, &settings))
		return -errno;
	cfsetspeed(&settings, speed);
	return tcsetattr(tty, TCSANOW, &settings) ? -errno : 0;
}

/* Failure case 16: on this cable DTR is wired to the board's reset. */
TEST_F_TIMEOUT(usb, opening_resets_the_board, TEST_SECONDS)
{
	struct openevse_event event;
	struct openevse_state state;

	begin_usb(true, "--dtr-resets");
	ASSERT_EQ(0, sim_tell(&self->sim, "wait resets 1"));
	ASSERT_EQ(0, station_attach(&self->station));
	self->fd = self->station.fd;
	/* It is waited for, as any boot. */
	ASSERT_EQ(0, station_event_of(self->fd, OPENEVSE_EVENT_LINK, &event));
	EXPECT_EQ(OPENEVSE_LINK_UP, event.link);
	ASSERT_EQ(0, sim_tell(&self->sim, "wait state not-connected 20000"));
	/* The driver leaves the line alone, also when it goes and comes. */
	station_end(&self->station);
	ASSERT_EQ(0, station_tty(&self->station, self->sim.tty));
	attach();
	ASSERT_EQ(0, call(GET_STATE, state));
	EXPECT_EQ(OPENEVSE_STATE_A, state.state);
	EXPECT_EQ(1, stats_of("resets"));
	EXPECT_EQ(1, stats_of("dtr_edges"));
}

/* Failure case 19: a break on the line, in the middle of a frame. */
TEST_F_TIMEOUT(usb, break_in_a_frame, TEST_SECONDS)
{
	struct serial_icounter_struct errors;
	struct openevse_stats before, after;
	struct openevse_version version;
	struct openevse_event event;

	begin_usb(false, "");
	attach();
	before = station_stats(self->fd);
	errors = line_errors(self->station.tty);
	ASSERT_EQ(0, sim_tell(&self->sim, "send $AN\\x20"));
	ASSERT_EQ(0, sim_tell(&self->sim, "break"));
	ASSERT_TRUE(wait_error(brk, errors));
	ASSERT_EQ(0, sim_tell(&self->sim, "send 1^3A\\r"));
	ASSERT_EQ(0, call(GET_VERSION, version));
	EXPECT_EQ(-ETIMEDOUT, station_event(self->fd, &event, 0));
	after = station_stats(self->fd);
	EXPECT_EQ(before.bad_frames + 1, after.bad_frames);
	EXPECT_EQ(before.junk_bytes + 5, after.junk_bytes);
	EXPECT_EQ(before.unknown + before.bad_checksum,
		  after.unknown + after.bad_checksum);
	ASSERT_EQ(0, sim_tell(&self->sim, "send $AN 1^3A\\r"));
	ASSERT_EQ(0, station_event(self->fd, &event, PATIENCE_MS));
	EXPECT_EQ(OPENEVSE_EVENT_BUTTON, event.type);
}

/* Failure case 19: bytes with framing errors, though they look right. */
TEST_F_TIMEOUT(usb, framing_errors, TEST_SECONDS)
{
	struct serial_icounter_struct errors;
	struct openevse_version version;
	struct openevse_stats before;
	struct openevse_event event;

	begin_usb(false, "");
	attach();
	before = station_stats(self->fd);
	ASSERT_EQ(0, set_speed(self->station.tty, B9600));
	errors = line_errors(self->station.tty);
	ASSERT_EQ(0, sim_tell(&self->sim, "send $AN 1^3A\\r"));
	ASSERT_TRUE(wait_error(frame, errors));
	ASSERT_EQ(0, set_speed(self->station.tty, B115200));
	ASSERT_EQ(0, call(GET_VERSION, version));
	EXPECT_STREQ("8.2.3", version.firmware);
	EXPECT_EQ(-ETIMEDOUT, station_event(self->fd, &event, 0));
	EXPECT_EQ(before.frames + 1, station_stats(self->fd).frames);
}

TEST_HARNESS_MAIN
