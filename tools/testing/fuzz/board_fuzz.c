// SPDX-License-Identifier: GPL-2.0
/*
 * Fuzzer of the driver's dialect against the simulated board, which shares no
 * code with it: what the driver believes it says must be what the board
 * understands, and what it reads from a reply must be what the board has in mind.
 *
 * The first byte of the input chooses the board, then each line is one step:
 *
 *	47 16000 0	row 47 of the driver's tables, and numbers for its struct;
 *			what is behind the third is text for the display
 *	SC 16 V		a command as a program may send it, through OPENEVSE_RAW
 *	"bytes		to the board as they are, whoever sent them
 *	=1 2 3 ...	how the board fares: current, energy, counters, state
 */
#include <stdio.h>
#include <stdlib.h>

#include "dialect.h"

#include "contract.h"
#include "fuzz.h"
#include "station.h"

#define STEPS_MAX	16

/* A conversation with one board. */
struct talk {
	struct station *station;
	struct openevse_session session;
	bool spoiled;	/* another than the driver may have set something */
	const struct openevse_command *row;	/* NULL for a raw command */
	u8 id;		/* of the last command, where the board knows ids */
	char text[OPENEVSE_TEXT_MAX];
	struct openevse_frame reply;
	bool answered;
};

static const char *about(const struct talk *talk)
{
	static char text[256];

	snprintf(text, sizeof(text), "%s, \"%s\", reply %s", talk->station->board->version,
		 fuzz_show(talk->text, strlen(talk->text)),
		 talk->answered ? fuzz_show(talk->reply.line, talk->reply.len) : "none");
	return text;
}

/* --- what the board understood --- */

/* Word by word, as they stand between the spaces. */
static void check_words(const struct talk *talk, const struct heard *heard)
{
	const char *word = talk->text;
	size_t len;
	int i;

	for (i = 0; i < heard->count; i++) {
		REQUIRE(word, "%s: %d words", about(talk), heard->count);
		len = strchrnul(word, ' ') - word;
		REQUIRE(strlen(heard->word[i]) == len &&
			!memcmp(heard->word[i], word, len), "%s: word %d is \"%s\"",
			about(talk), i, heard->word[i]);
		word = word[len] ? word + len + 1 : NULL;
	}
	REQUIRE(!word, "%s: %d words", about(talk), heard->count);
}

/* From the third space on, all of them. */
static void check_display_text(const struct talk *talk, const struct heard *heard)
{
	const char *text = talk->text;
	int i;

	for (i = 0; text && i < 3; i++)
		text = strchr(text, ' ') ? strchr(text, ' ') + 1 : NULL;
	REQUIRE(!text || !strcmp(heard->text, text), "%s: \"%s\"", about(talk),
		heard->text);
}

/* That command, all of it, once, and nothing else. */
static void check_heard(const struct talk *talk)
{
	const struct heard *heard = &talk->station->heard[0];

	REQUIRE(talk->station->count == 1, "%s: %zu commands", about(talk),
		talk->station->count);
	REQUIRE(heard->group == talk->text[0] && heard->selector == talk->text[1],
		"%s: %c%c", about(talk), heard->group, heard->selector);
	REQUIRE(heard->id == talk->id, "%s: id %02x, not %02x", about(talk),
		heard->id, talk->id);
	REQUIRE(!heard->unchecked, "%s", about(talk));
	check_words(talk, heard);
	check_display_text(talk, heard);
}

/* --- what the board says --- */

/* A message, which is about the state the board is in now. */
static void check_message(const struct talk *talk, const struct openevse_frame *frame)
{
	const struct board *b = talk->station->board;
	struct openevse_event event;

	REQUIRE(!openevse_dialect_message(&talk->session, frame, &event), "%s: %s",
		about(talk), fuzz_show(frame->line, frame->len));
	if (event.type != OPENEVSE_EVENT_STATE)
		return;
	REQUIRE(event.state.state == b->evse.state, "%s: state %02x",
		about(talk), event.state.state);
	REQUIRE(!(event.state.valid & OPENEVSE_EVENT_HAS_PILOT) ||
		event.state.pilot_state == b->evse.pilot_state, "%s", about(talk));
	REQUIRE(!(event.state.valid & OPENEVSE_EVENT_HAS_VFLAGS) ||
		event.state.vflags == b->evse.vflags, "%s", about(talk));
	REQUIRE(!(event.state.valid & OPENEVSE_EVENT_HAS_CAPACITY) ||
		event.state.capacity_ma == b->evse.amps * 1000, "%s", about(talk));
}

static void take_line(struct talk *talk, const struct openevse_deframer *deframer,
		      bool echoing)
{
	struct openevse_frame frame;
	int err = openevse_frame_parse(&frame, deframer->line, deframer->len);

	REQUIRE(!err, "%s: %d for %s", about(talk), err,
		fuzz_show(deframer->line, deframer->len));
	if (frame.echo) {
		REQUIRE(echoing, "%s: an echo", about(talk));
		return;
	}
	REQUIRE(!talk->session.rapi || openevse_dialect_believes(&talk->session, &frame),
		"%s: %s not believed", about(talk), fuzz_show(frame.line, frame.len));
	if (!openevse_dialect_is_reply(&frame)) {
		check_message(talk, &frame);
		return;
	}
	REQUIRE(!talk->answered, "%s: and %s", about(talk),
		fuzz_show(frame.line, frame.len));
	talk->reply = frame;
	talk->answered = true;
}

static void listen(struct talk *talk, const u8 *said, size_t len, bool echoing)
{
	struct openevse_deframer deframer = { 0 };
	size_t i;

	talk->answered = false;
	for (i = 0; i < len; i++)
		if (openevse_deframer_push(&deframer, said[i]))
			take_line(talk, &deframer, echoing);
	REQUIRE(!deframer.bad_frames && (!deframer.len || deframer.ended),
		"%s: %s", about(talk), fuzz_show(said, len));
}

/* talk->text goes out and is answered; false where it does not fit. */
static bool exchange(struct talk *talk)
{
	bool echoing = talk->station->board->rapi.echo;
	u8 out[OPENEVSE_COMMAND_MAX];
	const u8 *said;
	size_t len;
	int size;

	if (talk->session.sequence_ids)
		talk->id = talk->id % 255 + 1;
	size = openevse_frame_build(out, talk->session.frame_limit, talk->text,
				    talk->id);
	if (size < 0)
		return false;
	said = station_say(talk->station, out, size, &len);
	listen(talk, said, len, echoing);
	check_heard(talk);
	REQUIRE(!talk->answered || talk->reply.id == talk->id, "%s", about(talk));
	return true;
}

/* --- getting to know it --- */

/* As the driver does: the one question that every firmware answers. */
static void meet(struct talk *talk, struct station *station)
{
	const struct build *fw = &station->board->fw;

	memset(talk, 0, sizeof(*talk));
	talk->station = station;
	openevse_dialect_reset(&talk->session);
	strcpy(talk->text, "GV");
	exchange(talk);
	REQUIRE(talk->answered, "%s", about(talk));
	REQUIRE(!openevse_dialect_learn(&talk->session, &talk->reply), "%s",
		about(talk));
	REQUIRE(!strcmp(talk->session.firmware, station->board->version) &&
		!strcmp(talk->session.protocol, fw->rapi), "%s", about(talk));
	REQUIRE(talk->session.frame_limit <= fw->frame_max, "%s: %u bytes",
		about(talk), talk->session.frame_limit);
	talk->session.sequence_ids = talk->session.rapi >= OPENEVSE_RAPI(3, 0, 0);
	REQUIRE(talk->session.sequence_ids == !!(fw->has & HAS_IDS), "%s", about(talk));
}

/* --- values the board has, and values the driver reads --- */

#define SAME(what, is)	REQUIRE((s64)(what) == (s64)(is), "%s: %lld, not %lld", \
				about(talk), (long long)(what), (long long)(is))

static void same_state(const struct talk *talk, const void *seen)
{
	const struct openevse_state *state = seen;
	const struct evse *e = &talk->station->board->evse;

	SAME(state->state, e->state);
	SAME(state->elapsed_s, e->elapsed);
	if (state->valid & OPENEVSE_STATE_HAS_PILOT)
		SAME(state->pilot_state, e->pilot_state);
	if (state->valid & OPENEVSE_STATE_HAS_VFLAGS)
		SAME(state->vflags, e->vflags);
	SAME(state->valid, talk->station->board->fw.profile->gs_tokens == 2 ? 3 : 15);
}

static void same_settings(const struct talk *talk, const void *seen)
{
	const struct openevse_settings *settings = seen;

	SAME(settings->capacity_ma, talk->station->board->evse.amps * 1000);
	SAME(settings->flags, talk->station->board->evse.flags);
}

static void same_range(const struct talk *talk, const void *seen)
{
	const struct openevse_current_capacity_range *range = seen;
	struct board *b = talk->station->board;

	SAME(range->max_ma, evse_max_amps(b) * 1000);
	if (range->valid & OPENEVSE_RANGE_HAS_PILOT)
		SAME(range->pilot_ma, b->evse.amps * 1000);
	if (range->valid & OPENEVSE_RANGE_HAS_CONFIGURED)
		SAME(range->configured_max_ma, evse_saved_amps(b) * 1000);
	SAME(range->valid, (1 << (b->fw.profile->gc_tokens - 2)) - 1);
}

static void same_charging(const struct talk *talk, const void *seen)
{
	const struct openevse_charging_current_and_voltage *charging = seen;
	struct board *b = talk->station->board;

	SAME(!(charging->valid & OPENEVSE_CHARGING_HAS_CURRENT),
	     !(b->fw.has & HAS_AMMETER) || b->meter.ma == -1);
	if (charging->valid & OPENEVSE_CHARGING_HAS_CURRENT)
		SAME(charging->current_ma, b->meter.ma);
	if (charging->valid & OPENEVSE_CHARGING_HAS_VOLTAGE)
		SAME(charging->voltage_mv, (s32)meter_mv(b));
}

static void same_energy(const struct talk *talk, const void *seen)
{
	const struct openevse_energy *energy = seen;
	const struct meter *meter = &talk->station->board->meter;

	SAME(energy->session_j, meter->session_ws);
	SAME(energy->total_wh, meter->total_wh);
}

static void same_faults(const struct talk *talk, const void *seen)
{
	const struct openevse_fault_counters *faults = seen;
	const struct eeprom *e = &talk->station->board->eeprom;

	SAME(faults->gfci, e->gfi_trips);
	SAME(faults->no_ground, e->ground_trips);
	SAME(faults->stuck_relay, e->stuck_trips);
}

static void same_temperature(const struct talk *talk, const void *seen)
{
	const struct openevse_temperature *temperature = seen;
	const s32 *mc = &temperature->ds3231_mc;
	int i;

	for (i = 0; i < 3; i++)
		if (temperature->valid & 1 << i)
			SAME(mc[i], talk->station->board->evse.temp[i] * 100);
}

static void same_timer(const struct talk *talk, const void *seen)
{
	const u32 *at = seen;
	struct board *b = talk->station->board;
	int i;

	for (i = 0; i < 4; i++)
		SAME(at[i], timer_enabled(b) ? b->eeprom.timer[i] : 0);
}

static void same_limit(const struct talk *talk, const void *seen)
{
	SAME(((const struct openevse_time_limit *)seen)->minutes,
	     talk->station->board->limit.quarters * 15);
}

static void same_charge_limit(const struct talk *talk, const void *seen)
{
	SAME(((const struct openevse_charge_limit *)seen)->limit_wh,
	     talk->station->board->limit.kwh * 1000);
}

static void same_heartbeat(const struct talk *talk, const void *seen)
{
	const struct openevse_heartbeat *heartbeat = seen;
	const struct heartbeat *h = &talk->station->board->heartbeat;

	SAME(heartbeat->interval_s, h->interval);
	SAME(heartbeat->current_ma, h->amps * 1000);
	SAME(heartbeat->missed, h->trigger);
}

static void same_ammeter(const struct talk *talk, const void *seen)
{
	const struct openevse_meter_settings *meter = seen;

	SAME(meter->scale, (int16_t)talk->station->board->eeprom.ammeter_scale);
	SAME(meter->offset, (int16_t)talk->station->board->eeprom.ammeter_offset);
}

static void same_mennekes(const struct talk *talk, const void *seen)
{
	const struct openevse_mennekes_lock *lock = seen;
	const struct evse *e = &talk->station->board->evse;

	SAME(lock->locked, e->mennekes_locked);
	SAME(lock->manual, !!(e->vflags & VFLAG_MENNEKES_MANUAL));
}

static void same_relays(const struct talk *talk, const void *seen)
{
	const u32 *used = seen;
	int i;

	for (i = 0; i < 3; i++)
		SAME(used[i], talk->station->board->eeprom.relays >> i & 1);
}

static void same_sensor(const struct talk *talk, const void *seen)
{
	const struct openevse_cable_sensor *sensor = seen;
	const struct thermistor *t =
		&talk->station->board->eeprom.thermistor[sensor->index];

	SAME(sensor->pin, t->pin);
	SAME(sensor->r25_ohm, t->r25);
	SAME(sensor->beta_k, t->beta);
	SAME(sensor->offset_mc, t->offset * 100);
	SAME(sensor->panic_mc, t->panic * 100);
}

static void same_mcu_id(const struct talk *talk, const void *seen)
{
	static const u8 serial[] = { 0xf5, 0x01, 0x0c, 0x94, 0xf5, 0x01,
				     0x0c, 0x94, 0xf5, 0x01 };
	const struct openevse_mcu_id *id = seen;
	bool samd = talk->station->board->fw.has & HAS_SAMD;

	SAME(id->len, samd ? 16 : 10);
	REQUIRE(samd || !memcmp(id->id, serial, sizeof(serial)), "%s", about(talk));
}

static const struct view {
	u32 ioctl;
	void (*same)(const struct talk *talk, const void *seen);
} views[] = {
	{ OPENEVSE_GET_STATE, same_state }, { OPENEVSE_GET_SETTINGS, same_settings },
	{ OPENEVSE_GET_CURRENT_CAPACITY_RANGE, same_range },
	{ OPENEVSE_GET_CHARGING_CURRENT_AND_VOLTAGE, same_charging },
	{ OPENEVSE_GET_ENERGY, same_energy }, { OPENEVSE_GET_FAULT_COUNTERS, same_faults },
	{ OPENEVSE_GET_TEMPERATURE, same_temperature }, { OPENEVSE_GET_TIMER, same_timer },
	{ OPENEVSE_GET_TIME_LIMIT, same_limit },
	{ OPENEVSE_GET_CHARGE_LIMIT, same_charge_limit },
	{ OPENEVSE_GET_HEARTBEAT, same_heartbeat },
	{ OPENEVSE_GET_AMMETER_SETTINGS, same_ammeter },
	{ OPENEVSE_GET_MENNEKES_LOCK, same_mennekes }, { OPENEVSE_GET_RELAYS, same_relays },
	{ OPENEVSE_GET_CABLE_SENSOR, same_sensor }, { OPENEVSE_GET_MCU_ID, same_mcu_id },
};

static void compare(const struct talk *talk, u32 ioctl, const void *seen)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(views); i++)
		if (views[i].ioctl == ioctl)
			views[i].same(talk, seen);
}

/* The firmware keeps, and tells, any number that somebody sets. */
static bool may_be_odd(u32 ioctl)
{
	return ioctl != OPENEVSE_GET_STATE && ioctl != OPENEVSE_GET_SETTINGS &&
	       ioctl != OPENEVSE_GET_CURRENT_CAPACITY_RANGE &&
	       ioctl != OPENEVSE_GET_ENERGY && ioctl != OPENEVSE_GET_FAULT_COUNTERS;
}

/*
 * A getter, from the question to the struct. False where this build has not
 * got it; -ENODATA is an answer, too.
 */
static bool ask(struct talk *talk, const struct openevse_command *row, void *value)
{
	int err;

	if (openevse_dialect_encode(row, value, talk->text) || !exchange(talk))
		return false;
	REQUIRE(talk->answered, "%s", about(talk));
	if (openevse_dialect_is_refusal(&talk->reply))
		return false;
	err = openevse_dialect_decode(row, &talk->reply, value);
	if (err == -EBADMSG && talk->spoiled && may_be_odd(row->ioctl))
		return false;
	REQUIRE(!err || err == -ENODATA, "%s: %d", about(talk), err);
	REQUIRE(openevse_dialect_answers(row, &talk->reply), "%s", about(talk));
	openevse_dialect_note(&talk->session, row, &talk->reply, false);
	if (!err)
		compare(talk, row->ioctl, value);
	return !err;
}

static void look(struct talk *talk, u32 ioctl)
{
	u64 value[OPENEVSE_VALUE_MAX / sizeof(u64)] = { 0 };
	const struct openevse_command *row =
		openevse_dialect_getter(ioctl, talk->session.dialect);

	if (row)
		ask(talk, row, value);
}

/* --- what a setter has done --- */

static void done_capacity(const struct talk *talk, const void *arg)
{
	const struct openevse_current_capacity *capacity = arg;
	struct board *b = talk->station->board;

	SAME(b->evse.amps * 1000, capacity->capacity_ma);
	if (talk->reply.count == 2 && talk->row->item == OPENEVSE_CAPACITY_SAVE)
		SAME(evse_saved_amps(b) * 1000, capacity->capacity_ma);
}

static void done_level(const struct talk *talk, const void *arg)
{
	u32 level = ((const struct openevse_service_level *)arg)->level;
	u16 flags = talk->station->board->evse.flags;

	SAME(!(flags & FLAG_NO_AUTO_LEVEL), level == OPENEVSE_SERVICE_LEVEL_AUTO);
	if (level)
		SAME(flags & FLAG_L2 ? 2 : 1, level);
}

static const struct {
	u32 feature;
	u16 flag;
	bool set_when_on;
} flags[] = {
	{ OPENEVSE_FEATURE_DIODE_CHECK, FLAG_NO_DIODE_CHECK },
	{ OPENEVSE_FEATURE_VENT_CHECK, FLAG_NO_VENT_CHECK },
	{ OPENEVSE_FEATURE_GROUND_CHECK, FLAG_NO_GROUND_CHECK },
	{ OPENEVSE_FEATURE_STUCK_RELAY_CHECK, FLAG_NO_STUCK_CHECK },
	{ OPENEVSE_FEATURE_GFCI_TEST, FLAG_NO_GFI_TEST },
	{ OPENEVSE_FEATURE_TEMPERATURE_CHECK, FLAG_NO_TEMP_CHECK },
	{ OPENEVSE_FEATURE_OVER_CURRENT_CHECK, FLAG_NO_OVERCURRENT },
	{ OPENEVSE_FEATURE_BUTTON, FLAG_NO_BUTTON },
	{ OPENEVSE_FEATURE_BOOT_LOCK, FLAG_NO_BOOT_LOCK },
	{ OPENEVSE_FEATURE_PP_AUTO_AMPACITY, FLAG_AMPACITY, true },
	{ OPENEVSE_FEATURE_ZERO_CROSS, FLAG_NO_ZERO_CROSS },
	{ OPENEVSE_FEATURE_RGB_LCD, FLAG_MONO_LCD },
};

static void done_feature(const struct talk *talk, const void *arg)
{
	const struct openevse_feature *feature = arg;
	const struct board *b = talk->station->board;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(flags); i++)
		if (flags[i].feature == feature->feature)
			SAME(!!(b->evse.flags & flags[i].flag) == flags[i].set_when_on,
			     feature->enabled);
	if (feature->feature == OPENEVSE_FEATURE_CABLE_TEMPERATURE_CHECK)
		SAME(!b->eeprom.cable_unchecked, feature->enabled);
}

static void done_timer(const struct talk *talk, const void *arg)
{
	const u32 *at = arg;

	SAME(timer_enabled(talk->station->board), at[0] || at[1] || at[2] || at[3]);
	same_timer(talk, arg);
}

/* The thirtieth of February becomes another day. */
static void done_time(const struct talk *talk, const void *arg)
{
	const u32 *time = arg;
	int field[6], i;

	rtc_get(talk->station->board, field);
	for (i = 0; i < 6 && time[2] <= 28; i++)
		SAME(time[i], field[i] + (i ? 0 : 2000));
}

static void done_text(const struct talk *talk, const void *arg)
{
	const struct openevse_display_text *text = arg;
	const char *row = talk->station->board->lcd[text->y];
	size_t len = strnlen(text->text, 16 - text->x);

	/* one byte is a space to some versions */
	if (!memchr(text->text, 0xef, len))
		REQUIRE(!memcmp(row + text->x, text->text, len), "%s: [%s]",
			about(talk), row);
}

static void done_switch(const struct talk *talk, const void *arg)
{
	SAME(talk->station->board->lcd_off,
	     !((const struct openevse_switch *)arg)->enabled);
}

static void done_echo(const struct talk *talk, const void *arg)
{
	SAME(talk->station->board->rapi.echo,
	     ((const struct openevse_switch *)arg)->enabled);
}

static void done_auth(const struct talk *talk, const void *arg)
{
	SAME(!!(talk->station->board->evse.vflags & VFLAG_AUTH_LOCKED),
	     ((const struct openevse_switch *)arg)->enabled);
}

static void done_voltage(const struct talk *talk, const void *arg)
{
	SAME(talk->station->board->meter.mv,
	     ((const struct openevse_voltage *)arg)->voltage_mv);
}

static void done_energy(const struct talk *talk, const void *arg)
{
	SAME(talk->station->board->meter.total_wh,
	     ((const struct openevse_accumulated_wh *)arg)->total_wh);
}

static void done_disable(const struct talk *talk, const void *arg)
{
	SAME(talk->station->board->evse.state, OPENEVSE_STATE_DISABLED);
}

static void done_sleep(const struct talk *talk, const void *arg)
{
	SAME(talk->station->board->evse.state, OPENEVSE_STATE_SLEEPING);
}

static void done_enable(const struct talk *talk, const void *arg)
{
	u8 state = talk->station->board->evse.state;

	REQUIRE(state != OPENEVSE_STATE_SLEEPING &&
		state != OPENEVSE_STATE_DISABLED, "%s", about(talk));
}

static const struct view effects[] = {
	{ OPENEVSE_ENABLE, done_enable }, { OPENEVSE_DISABLE, done_disable },
	{ OPENEVSE_SLEEP, done_sleep }, { OPENEVSE_SET_CURRENT_CAPACITY, done_capacity },
	{ OPENEVSE_SET_SERVICE_LEVEL, done_level }, { OPENEVSE_SET_FEATURE, done_feature },
	{ OPENEVSE_SET_TIMER, done_timer }, { OPENEVSE_SET_TIME, done_time },
	{ OPENEVSE_SET_TIME_LIMIT, same_limit },
	{ OPENEVSE_SET_CHARGE_LIMIT, same_charge_limit },
	{ OPENEVSE_SET_AMMETER_SETTINGS, same_ammeter },
	{ OPENEVSE_SET_VOLTAGE, done_voltage }, { OPENEVSE_SET_ACCUMULATED_WH, done_energy },
	{ OPENEVSE_SET_AUTH_LOCK, done_auth }, { OPENEVSE_SET_LCD_UPDATES, done_switch },
	{ OPENEVSE_SET_ECHO, done_echo }, { OPENEVSE_DISPLAY_TEXT, done_text },
	{ OPENEVSE_SET_CABLE_SENSOR, same_sensor },
};

/* --- commands --- */

/* Which word of a command its @index'th number is. */
static int place_of(const struct request *request, u8 index)
{
	const char *at = request->text;
	int place = 0;

	for (; *at != '%' || index--; at++)
		place += *at == ' ';
	return place;
}

/* The numbers in the command, as the board's own parser reads them. */
static void check_numbers(const struct talk *talk, const void *arg)
{
	const struct request *request = contract_request(talk->row->ioctl,
						talk->row->item,
						talk->session.dialect);
	const struct part *part;
	const char *word;
	s64 number;
	u8 i;

	for (i = 0; i < request->count; i++) {
		part = &request->part[i];
		if (part->kind == PART_TEXT)
			continue;
		word = talk->station->heard[0].word[place_of(request, i)];
		number = rapi_number(talk->station->board, word);
		if (part->is_signed)
			number = (s32)number;
		else if (part->high <= 255)
			number = (u8)number;	/* all it has room for */
		if (part->kind == PART_LETTER)
			number = strchrnul(part->letters, *word) - part->letters;
		SAME(number * contract_unit(part) + part->base,
		     contract_load(part, arg));
	}
}

/* Whatever wears the board's EEPROM, the driver counts. */
static void check_wear(const struct talk *talk, unsigned long writes)
{
	REQUIRE(talk->station->board->eeprom.writes == writes ||
		openevse_dialect_saves(talk->row, talk->text, talk->session.dialect),
		"%s: %lu bytes written", about(talk),
		talk->station->board->eeprom.writes - writes);
}

/* "OK 16", or "NK 16" where it is another current than was asked for. */
static void check_result(const struct talk *talk)
{
	struct openevse_current_capacity result = { 0 };
	struct board *b = talk->station->board;

	if (talk->row->ioctl != OPENEVSE_SET_CURRENT_CAPACITY &&
	    talk->row->ioctl != OPENEVSE_SET_CURRENT_CAPACITY_MAX)
		return;
	REQUIRE(!openevse_dialect_decode(talk->row, &talk->reply, &result), "%s",
		about(talk));
	SAME(!(result.valid & OPENEVSE_CAPACITY_HAS_RESULT), talk->reply.count == 1);
	if (!result.valid)
		return;
	if (talk->row->ioctl == OPENEVSE_SET_CURRENT_CAPACITY)
		SAME(result.result_ma, b->evse.amps * 1000);
	else
		SAME(result.result_ma, (b->eeprom.amps_max ? b->eeprom.amps_max :
					b->fw.l2_max) * 1000);
}

/* It said OK, so it is so, and the row's proof shows it. */
static void check_done(struct talk *talk, const void *arg)
{
	const struct openevse_command *row = talk->row;
	u64 seen[OPENEVSE_VALUE_MAX / sizeof(u64)] = { 0 };
	const struct openevse_command *getter;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(effects); i++)
		if (effects[i].ioctl == row->ioctl)
			effects[i].same(talk, arg);
	getter = row->proof ? openevse_dialect_getter(row->proof, talk->session.dialect) :
			      NULL;
	if (!getter)
		return;
	if (getter->argument_count)
		memcpy(seen, arg, row->size);
	if (ask(talk, getter, seen))
		REQUIRE(openevse_dialect_proves(row, arg, seen), "%s%s: %s", row->mnemonic,
			row->prefix ? row->prefix : "", about(talk));
}

/* The struct as a program would fill it in; false where it may not be sent. */
static bool prepare(struct talk *talk, const s64 *numbers, size_t count,
		    const char *text, void *arg)
{
	const struct request *request = contract_request(talk->row->ioctl,
						talk->row->item,
						talk->session.dialect);

	contract_fill(request, arg, numbers, count, text);
	if (talk->row->flags & OPENEVSE_COMMAND_ITEM)
		memcpy(arg, &talk->row->item, sizeof(u32));
	if (openevse_dialect_encode(talk->row, arg, talk->text))
		return false;
	/* a text with many spaces is sent in pieces */
	return talk->row->ioctl != OPENEVSE_DISPLAY_TEXT ||
	       !openevse_dialect_check_raw(talk->text);
}

/* A row of the tables, or what this firmware has in its place. */
static void perform(struct talk *talk, const s64 *numbers, size_t count, const char *text)
{
	const struct openevse_command *row =
		count ? openevse_dialect_row((u64)numbers[0] % 128) : NULL;
	u64 arg[OPENEVSE_VALUE_MAX / sizeof(u64)] = { 0 };
	struct board *b = talk->station->board;
	unsigned long writes = b->eeprom.writes, unknown = b->stats.unknown;

	row = row && row->ioctl ? openevse_dialect_variant(row, talk->session.dialect) :
				  NULL;
	talk->row = row;
	if (!row || !prepare(talk, numbers + 1, count - 1, text, arg))
		return;
	if (!(row->flags & OPENEVSE_COMMAND_CONTROL)) {
		ask(talk, row, arg);
		return;
	}
	if (!exchange(talk))
		return;
	check_numbers(talk, arg);
	check_wear(talk, writes);
	REQUIRE(talk->answered || row->flags & OPENEVSE_COMMAND_NO_REPLY, "%s", about(talk));
	if (row->flags & OPENEVSE_COMMAND_NO_REPLY)
		return;
	/* $SY also tells what another has set */
	REQUIRE(openevse_dialect_answers(row, &talk->reply) ||
		(talk->spoiled && row->sibling == OPENEVSE_GET_HEARTBEAT), "%s",
		about(talk));
	openevse_dialect_note(&talk->session, row, &talk->reply, false);
	check_result(talk);
	/* some firmware says OK to what it has not got */
	if (openevse_frame_is(&talk->reply, "OK") && b->stats.unknown == unknown)
		check_done(talk, arg);
}

/* A command of a program's own, where the driver lets it pass. */
static void pass_on(struct talk *talk, const char *text)
{
	unsigned long writes = talk->station->board->eeprom.writes;

	if (strlen(text) >= sizeof(talk->text) || openevse_dialect_check_raw(text))
		return;
	talk->row = NULL;
	strcpy(talk->text, text);
	if (!exchange(talk))
		return;
	talk->spoiled = true;
	REQUIRE(talk->answered, "%s", about(talk));
	check_wear(talk, writes);
}

/* Noise, and other masters: whatever it is, the next command is understood. */
static void disturb(struct talk *talk, const void *bytes, size_t size)
{
	struct openevse_deframer deframer = { 0 };
	struct openevse_frame frame;
	const u8 *said;
	size_t len;

	talk->spoiled = true;
	for (said = station_say(talk->station, bytes, size, &len); len--; said++)
		if (openevse_deframer_push(&deframer, *said))
			openevse_frame_parse(&frame, deframer.line, deframer.len);
}

/* How it fares is not for a command to say. */
static void fare(struct board *b, const s64 *number)
{
	b->meter.ma = (int32_t)number[0];
	b->meter.mv = (uint32_t)number[1] & 0x7ffff;
	b->meter.session_ws = (uint32_t)number[2];
	b->meter.total_wh = (uint32_t)number[3];
	b->eeprom.gfi_trips = (uint8_t)number[4];
	b->eeprom.ground_trips = (uint8_t)number[5];
	b->eeprom.stuck_trips = (uint8_t)number[6];
	b->evse.elapsed = (uint32_t)number[7] & 0x7fffffff;
	b->evse.state = (uint8_t)number[8];
	b->evse.pilot_state = (uint8_t)number[9];
	b->evse.vflags = (uint16_t)number[10];
	b->evse.temp[0] = (int16_t)number[11];
	b->evse.temp[1] = (int16_t)number[12];
	b->evse.temp[2] = (int16_t)number[13];
	b->heartbeat.trigger = (uint8_t)number[14] % 3;
	b->evse.throttled = number[15] & 1 ? 2 : 0;
}

/* Behind the third number, where a row takes a text. */
static const char *text_of(const char *line)
{
	int i;

	for (i = 0; i < 3; i++) {
		line += strcspn(line, " ");
		line += *line == ' ';
	}
	return line;
}

static void step(struct talk *talk, const u8 *bytes, size_t size)
{
	char *line = strndup((const char *)bytes, size);
	s64 numbers[FUZZ_NUMBERS] = { 0 };
	size_t count = fuzz_numbers(line, numbers);

	if (line[0] >= '0' && line[0] <= '9')
		perform(talk, numbers, count, text_of(line));
	else if (line[0] == '=')
		fare(talk->station->board, numbers);
	else if (line[0] == '"')
		disturb(talk, bytes + 1, size - 1);
	else
		pass_on(talk, line);
	free(line);
	look(talk, OPENEVSE_GET_STATE);
	look(talk, OPENEVSE_GET_SETTINGS);
	look(talk, OPENEVSE_GET_CURRENT_CAPACITY_RANGE);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *end = data + size, *next;
	struct talk talk;
	int steps;

	if (!size)
		return 0;
	meet(&talk, station_at(*data++ - 'A'));
	for (steps = 0; data < end && steps < STEPS_MAX; steps++, data = next + 1) {
		next = memchr(data, '\n', end - data);
		next = next ? next : end;
		step(&talk, data, next - data);
	}
	return 0;
}
