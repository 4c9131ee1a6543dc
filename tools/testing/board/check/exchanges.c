// SPDX-License-Identifier: GPL-2.0
/*
 * What each firmware answers that others do not, one line each, over all
 * profiles. Every line has a board of its own, booted, with no vehicle.
 *
 * A command is written without '$' and checksum: it gets the one checksum
 * that all firmware understands. What begins with '$' is sent as it is. An
 * answer that ends in '^' gets the checksum there. '|' separates several.
 */
#include <stdio.h>
#include <string.h>

#include "../log.h"
#include "rig.h"

#define COUNT(a)	(sizeof(a) / sizeof((a)[0]))
#define TEXT		1024

struct exchange {
	const char *firmware;
	const char *option, *feature;	/* NULL, or "--with" and a name */
	const char *send, *want;
};

#define PLAIN		NULL, NULL
#define WITH(f)		"--with", f
#define WITHOUT(f)	"--without", f

static const struct exchange exchanges[] = {
	/* P0: a sum or nothing */
	{ "D3.3.7", PLAIN, "$GV^35\\r", "$NK " },
	{ "D3.3.7", PLAIN, "$GV\\r", "$NK " },
	{ "D3.3.7", PLAIN, "$GV*c1\\r", "$NK " },
	{ "D3.3.7", PLAIN, "$GV*C0\\r", "$NK " },
	{ "D3.3.7", PLAIN, "$\\r", "$NK " },
	{ "D3.3.7", PLAIN, "$GV*C1\\r", "$OK D3.3.7 1.0.2" },
	{ "D3.3.7", PLAIN, "$GV*C1 what follows\\r", "$OK D3.3.7 1.0.2" },
	{ "2.1.A2", PLAIN, "$GV*C1\\r", "$OK 2.1.A2 1.0.0" },
	{ "3.2.6", PLAIN, "GV", "$OK 3.2.6 1.0.1" },
	{ "D3.3.7", PLAIN, "GV :05", "$OK D3.3.7 1.0.2" },
	{ "D3.3.7", PLAIN, "GS|GC|GE", "$OK 1 0|$OK 6 80|$OK 16 0001" },
	{ "2.1.A2", PLAIN, "GG|GA|SF 1|SS 1|GF|S2 1", "$NK |$NK |$NK |$NK |$NK |$NK " },
	{ "2.1.A7", PLAIN, "SS 1|SD 1|SE 0|SG 1|SR 1|SV 1", "$OK |$OK |$OK |$OK |$OK |$OK " },
	{ "3.2.5", PLAIN, "GG|SA 1 2|SF 1", "$NK |$NK |$NK " },
	{ "3.2.6", PLAIN, "GG|GA|SF 1|GF|S2 1", "$OK 0|$OK 220 0|$OK |$NK |$NK " },
	{ "D3.2.8", PLAIN, "S2 1", "$OK " },
	{ "D3.3.7", PLAIN, "GF|GP|GU|SK 1", "$OK ff ff ff|$NK |$NK |$NK " },
	{ "D3.3.7", PLAIN, "SC 10|GE|SC 99|GE", "$OK |$OK 10 0001|$NK |$OK 80 0001" },
	{ "D3.3.7", PLAIN, "SC 300|GE|SC 12x|GE", "$OK |$OK 44 0001|$OK |$OK 12 0001" },
	{ "D3.3.7", PLAIN, "SC abc|GE", "$NK |$OK 6 0001" },
	{ "D3.3.7", PLAIN, "SC 10 V|SC 10 |SC|SX|SL 3", "$NK |$NK |$NK |$NK |$NK " },
	{ "D3.3.7", PLAIN, "SA 220 -10|GA", "$OK |$OK 220 -10" },
	{ "D3.3.7", PLAIN, "SH 1|S3 1|G3|GH|G0|GD|FF D 1", "$NK |$NK |$NK |$NK |$NK |$NK |$NK " },
	{ "D3.3.7", PLAIN, "FB|FP", "$OK |$OK " },
	{ "D3.3.7", PLAIN, "SE 1|GV", "$OK |$GV*C1|$OK D3.3.7 1.0.2" },
	{ "3.3.1", PLAIN, "FD|GS|FS", "$ST 255|$OK |$OK 255 0|$ST 254|$OK " },
	{ "D3.3.2", PLAIN, "FD|GS|FS", "$ST ff|$OK |$OK 255 0|$ST fe|$OK " },
	{ "D3.3.7", PLAIN, "FD|FD", "$ST ff|$OK |$OK " },

	/* P1: 1.0.3 has many faces */
	{ "D3.7.7", PLAIN, "$GV^35\\r", "$OK D3.7.7 1.0.3" },
	{ "D3.7.7", PLAIN, "$GV\\r", "$OK D3.7.7 1.0.3" },
	{ "D3.7.7", PLAIN, "$GV*c1\\r", "$NK " },
	{ "D3.7.7", PLAIN, "GG|GU|GP|SK 5|GU", "$OK 0|$OK 0 0|$OK 240 0 0|$OK |$OK 0 5" },
	{ "D3.7.7", PLAIN, "SH 1|GH|S3 1|SX|SL 1 2", "$NK |$NK |$NK |$NK |$NK " },
	{ "D3.7.7", PLAIN, "SE 1|GV", "$OK |$GV*C1|$OK D3.7.7 1.0.3" },
	{ "D3.7.8", PLAIN, "SE 1|GV", "$OK |\n$GV*C1|$OK D3.7.8 1.0.3|\n" },
	{ "D3.7.8", PLAIN, "GG|SM 1 2|GM", "$OK 0 -1|$NK |$NK " },
	{ "D3.7.8", WITH("voltmeter"), "GG|GM|SM 1 2|GM",
	  "$OK 0 240000|$OK 298 12018|$OK |$OK 1 2" },
	{ "D3.7.8", PLAIN, "SA 220 -10|GA|SC 16 :05", "$OK |$OK 220 -10|$NK " },
	{ "D3.7.9", PLAIN, "SH 9|GH|S3 1|G3|SX", "$OK |$OK 9|$NK |$NK |$NK " },
	{ "3.8.0", PLAIN, "S3 4|G3|SX|SL 1 2|SL 3|SC 16 :05|GE",
	  "$OK |$OK 4|$OK |$OK |$NK |$OK |$OK 16 0001" },
	{ "3.8.0", PLAIN, "SA 220 -10|GA|GX|FX|ZX", "$OK |$OK 220 -290|$NK |$NK |$NK " },
	{ "3.8.3", PLAIN, "FD|FE|GC|GF", "$ST ff|$OK |$OK |$OK 6 80|$OK ff ff ff" },
	{ "3.8.4", PLAIN, "FD|FE|GC", "$ST ff|$OK |$OK |$ST 01|$OK 6 80" },
	{ "3.9.0", PLAIN, "GC|GF", "$OK 10 80|$OK 0 0 0" },
	{ "D3.9.3.1", PLAIN, "GO|SO 600 700|GO", "$OK 650 750|$OK |$OK 600 700" },
	{ "3.9.3", PLAIN, "GO", "$NK " },
	{ "3.9.5", PLAIN, "GO|SO 600 700", "$NK |$OK " },
	{ "3.11.3", PLAIN, "SC 10|SC 10 V|GE|SS 1|G0|GD", "$OK |$OK |$OK 10 0001|$OK |$NK |$NK " },
	{ "3.11.3", WITHOUT("limits"), "S3 1|G3|GH", "$OK |$NK |$NK " },

	/* P2: a checksum where there is something to check */
	{ "D4.0.0", PLAIN, "$GV^35\\r", "$OK D4.0.0 2.0.0^" },
	{ "D4.0.0", PLAIN, "$GV*c1\\r", "$NK" },
	{ "D4.0.0", PLAIN, "FD|SX|SL 1 2|SC 10|GE", "$ST ff|$OK|$NK|$NK|$OK|$OK 10 0001^" },
	{ "D4.0.0", PLAIN, "SC 10 V|SC 10 :01|GV :01|SK", "$NK|$NK|$OK D4.0.0 2.0.0^|$OK" },
	{ "D4.0.0", WITHOUT("reply-checksum"), "GV|SC 10|SX", "$OK D4.0.0 1.0.4|$OK |$NK " },

	/* P3: always one */
	{ "D4.1.0", PLAIN, "GV|FD|SX", "$OK D4.1.0 2.0.1^|$ST ff^|$OK^|$NK^" },
	{ "D4.1.0", PLAIN, "SC 10|SC 99|SC 10 V|SC 10 :01", "$OK^|$NK^|$NK^|$NK^" },
	{ "D4.2.0", PLAIN, "GV|SC 10 V|SC 12 :01|SC 14 |GE",
	  "$OK D4.2.0 2.0.2^|$OK^|$OK^|$OK^|$OK 14 0001^" },
	{ "D4.3.2", PLAIN, "GV|SC 10|SC 99|SS 1", "$OK D4.3.2 2.0.3^|$OK 10^|$NK 80^|$OK^" },
	{ "D4.3.3", PLAIN, "SS 1|SF 1|S4 1|G4", "$NK^|$OK^|$NK^|$NK^" },
	{ "D4.4.0", WITH("auth"), "G4|S4 1|G4", "$OK 0^|$OK^|$OK 1^" },
	{ "D4.4.0", PLAIN, "$GV*c1\\r", "$NK^" },
	{ "D4.4.0", WITHOUT("reply-checksum"), "GV|SC 10|FD",
	  "$OK D4.4.0 1.0.4|$OK 10|$ST ff|$OK " },

	/* P4: ids */
	{ "D4.5.0", PLAIN, "GV :05|$GV*c1\\r", "$OK D4.5.0 2.0.4^|$NK^" },
	{ "D4.5.0", WITH("ids"), "GV :05|$GV*c1\\r", "$OK D4.5.0 3.0.1 :05^|$OK D4.5.0 3.0.1^" },
	{ "D4.5.1", PLAIN, "GV :05|SC 10 :06|SX :07",
	  "$OK D4.5.1 3.0.1 :05^|$OK 10 :06^|$NK :07^" },
	{ "D4.5.1", WITHOUT("ids"), "GV :05|SC 10 :05|GE",
	  "$OK D4.5.1 2.0.4^|$OK 10^|$OK 10 0001^" },
	{ "D4.5.1", PLAIN, "G0|F0 0|GD|FB|GC", "$NK^|$NK^|$NK^|$OK^|$OK 10 80^" },
	{ "D4.6.0", PLAIN, "G0|F0 0|FP", "$OK 0^|$NK^|$OK^" },
	{ "D4.7.0", PLAIN, "F0 0|F0 1|FB|FB 1|FP|GD", "$OK^|$OK^|$NK^|$OK^|$NK^|$NK^" },
	{ "4.8.0", PLAIN, "GD|ST 22 30 6 15|GD|GO", "$OK 0 0 0 0^|$OK^|$OK 22 30 6 15^|$NK^" },
	{ "4.8.0", WITH("ny-temperature"), "GO|SO 0 0|GO", "$OK 650 750^|$OK^|$OK 0 0^" },
	{ "4.8.0", PLAIN, "FD :05", "$ST ff^|$OK :05^" },
	{ "4.8.0", PLAIN, "SD 0|SF 0|SG 0|SR 0|SV 0|GE", "$OK^|$OK^|$OK^|$OK^|$OK^|$OK 16 021f^" },

	/* P5: FF for the old switches */
	{ "D4.9.1", PLAIN, "GV|SD 0|SE 1|SF 0|SG 0|SR 0|SV 0|SO 0 0|GE",
	  "$OK D4.9.1 4.0.0^|$NK^|$NK^|$NK^|$NK^|$NK^|$NK^|$NK^|$OK 16 0001^" },
	{ "D4.9.1", PLAIN, "FF D 0|FF F 0|FF G 0|FF R 0|FF T 0|FF V 0|GE",
	  "$OK^|$OK^|$OK^|$OK^|$OK^|$OK^|$OK 16 061f^" },
	{ "D4.9.1", PLAIN, "FF B 0|FF L 0|FF D 2|FF D|FF X 1", "$NK^|$NK^|$NK^|$NK^|$NK^" },
	{ "D4.9.1", PLAIN, "FF E 0|GV", "$OK^|\n$GV*C1|$OK D4.9.1 4.0.0^|\n" },
	{ "D4.9.1", PLAIN, "GP|GC|GS|FD", "$OK 240 0 0^|$OK 10 80^|$OK 1 0^|$ST ff^|$OK^" },
	{ "D4.10.1", PLAIN, "GV|GP|GC", "$OK D4.10.1 4.0.1^|$OK 240 -2560 -2560^|$OK 10 80^" },
	{ "D4.10.2", PLAIN, "GC|F1", "$OK 6 80^|$NK^" },
	{ "D4.11.0", PLAIN, "S3 1|SH 1|ST 01 05 02 01|GD", "$OK^|$OK^|$OK^|$OK 0 0 0 0^" },
	{ "D4.12.0", PLAIN, "S3 1|SH 1|G3", "$NK^|$NK^|$OK 0^" },
	{ "D4.13.0", PLAIN, "ST 01 05 02 01|GD|ST 0 0 0 0|GD|SC 40 V",
	  "$OK^|$OK 1 5 2 1^|$OK^|$OK 0 0 0 0^|$OK 40^" },
	{ "5.0.1", PLAIN, "SC 40 V|SC 10 V|SC 40|SC 30 V", "$NK 16^|$OK 10^|$OK 40^|$OK 30^" },
	{ "5.0.1", PLAIN, "SC 32 M|F1|GY|GG", "$NK 16^|$ST fe^|$OK^|$NK^|$OK 0 -1^" },
	{ "5.0.1", WITHOUT("button"), "F1", "$NK^" },
	{ "5.0.1", WITHOUT("ff"), "GV|FF D 0|SD 0|GE",
	  "$OK 5.0.1 3.0.1^|$NK^|$OK^|$OK 16 0003^" },

	/* P6: $AT, four tokens */
	{ "D6.0.0", PLAIN, "GV|GS|GC|GY", "$OK D6.0.0 5.0.0^|$OK 01 0 01 0200^|$OK 6 80 16^|$NK^" },
	{ "D6.1.3", PLAIN, "FD|FS|SC 10|GE",
	  "$AT ff 01 80 0200^|$OK^|$AT fe 01 80 0200^|$OK^|$OK 10^|$OK 10 0001^" },
	{ "D6.1.3", PLAIN, "GY|SY 100 6|SY|GY :05",
	  "$NK 0 0 0^|$OK 100 6 0^|$OK 100 6 0^|$NK 100 6 0 :05^" },
	{ "D6.1.3", PLAIN, "FF B 0|SD 0|SR 1|S2 1|GS", "$NK^|$NK^|$NK^|$OK^|$OK 01 0 01 0210^" },

	/* P7 */
	{ "D6.2.0", PLAIN, "GV|GC|GY|FF B 0|GE",
	  "$OK D6.2.0 5.1.0^|$OK 6 80 16 16^|$NK 0 0 0^|$OK^|$OK 16 8001^" },
	{ "D6.2.1", PLAIN, "GY|FD|SC 10 V|GC|SC 32 M",
	  "$OK 0 0 0^|$AT ff 01 16 0200^|$OK^|$OK 10^|$OK 6 80 10 16^|$NK 16^" },
	{ "6.2.2", PLAIN, "SC 32 M|SC 40 M|GC|GV",
	  "$OK 32^|$NK 32^|$OK 6 32 16 16^|$OK 6.2.2 5.1.1^" },
	{ "7.0.0", PLAIN, "SV 223576|GG", "$NK^|$OK 0 240000^" },
	{ "7.0.1", PLAIN, "SV 223576|GG|GV", "$OK^|$OK 0 223576^|$OK 7.0.1 5.1.3^" },
	{ "7.0.1", WITHOUT("kwh"), "SV 1|SK 1|GU", "$NK^|$NK^|$NK^" },
	{ "7.1.0", PLAIN, "FD|F1|GI",
	  "$AT ff 01 16 0200^|$OK^|$OK^|$AT 01 01 16 0200^|$NK^" },

	/* P8 */
	{ "D7.1.1", PLAIN, "FD|FS|SC 10|F1", "$OK^|$AT ff 01 16 0200^|$OK^|$AT fe 01 16 0200^|"
	  "$OK 10^|$AT fe 01 10 0200^|$OK^|$AT 01 01 10 0200^" },
	{ "D7.1.1", PLAIN, "GV|S2 1|GS|SI|GI|S5 A",
	  "$OK D7.1.1 5.1.3^|$OK^|$OK 01 0 01 8200^|$NK^|$NK^|$NK^" },
	{ "7.1.5", PLAIN, "GI|SI", "$NK^|$OK  \xf5\x01\x0c\x94\xf5\x01" "0C94F501^" },
	{ "7.1.6", PLAIN, "SI|GI|GV", "$NK^|$OK  \xf5\x01\x0c\x94\xf5\x01" "0C94F501^|"
	  "$OK 7.1.6 5.1.4^" },
	{ "7.1.6", WITHOUT("mcuid"), "GI", "$NK^" },
	{ "8.0.0", PLAIN, "S5 A|S2 1|SL A|GE", "$NK^|$NK^|$OK^|$OK 24 0001^" },
	{ "8.1.0", PLAIN, "G5|S5 M|G5|GS", "$OK 0 A^|$OK^|$OK 0 M^|$OK 01 0 01 8200^" },
	{ "8.1.0", WITHOUT("mennekes"), "G5|S5 M", "$NK^|$NK^" },
	{ "8.2.2", PLAIN, "G3|GH|S3 1|SB", "$OK 0^|$OK 0^|$NK^|$NK^" },
	{ "8.2.3", PLAIN, "G3|GH|S3 1|SB|FC|GR", "$NK^|$NK^|$NK^|$NK^|$NK^|$NK^" },
	{ "8.2.3", WITH("limits"), "G3|GH", "$OK 0^|$OK 0^" },
	{ "8.2.3", WITHOUT("lcd"), "FB 1|FP 0 0 x|S0 1", "$NK^|$NK^|$OK^" },
	{ "8.2.3", WITHOUT("rgb"), "S0 1", "$NK^" },
	{ "8.2.3", WITHOUT("rtc"), "S1 1 1 1 1 1 1|GT|GD", "$NK^|$NK^|$OK 0 0 0 0^" },
	{ "8.2.3", WITHOUT("timer"), "ST 1 2 3 4|GD|GT 0", "$NK^|$NK^|*" },
	{ "8.2.3", WITHOUT("ammeter"), "SA 1 2|GA|GG", "$NK^|$NK^|$OK -1 240000^" },
	{ "8.2.3", WITH("voltmeter"), "SV 1|SM 1 2|GM|GG", "$NK^|$OK^|$OK 1 2^|$OK 0 240000^" },
	{ "8.2.3", WITHOUT("temperature"), "GP|FF T 0", "$NK^|$NK^" },
	{ "8.2.3", WITHOUT("gfi"), "FF F 0|FF G 0", "$NK^|$OK^" },
	{ "8.2.3", WITHOUT("advpwr"), "FF F 0|FF G 0|FF R 0", "$OK^|$NK^|$NK^" },
	{ "8.2.3", WITHOUT("heartbeat"), "SY|GY", "$NK^|$NK^" },
	{ "8.2.3", WITHOUT("button"), "F1|FF B 0", "$NK^|$NK^" },
	{ "8.2.3", WITH("auth"), "S4 1|G4", "$OK^|$AT 01 01 24 0208^|$OK 1^" },
	{ "8.2.3.EU", PLAIN, "SL A|GE|GC", "$NK^|$OK 24 0021^|$OK 6 32 24 24^" },
	{ "8.2.3.CGMI", PLAIN, "SL A|GE", "$NK^|$OK 24 1021^" },

	/* P9 */
	{ "9.2.0", WITHOUT("bootlock"), "GV|GS|GC|FD|SB",
	  "$OK 9.2.0 6.0.0^|$OK 01 0 01 0200^|$OK 6 80 24 24^|$OK^|$AT ff 01 24 0200^|$NK^" },
	{ "9.2.0", WITHOUT("bootlock"), "S1 1 1 1 1 1 1|GT|ST 1 2 3 4|GD|S3 1|SH 1|G3|GH",
	  "$NK^|$NK^|$NK^|$NK^|$NK^|$NK^|$NK^|$NK^" },
	{ "9.2.0", WITHOUT("bootlock"), "FB 1|FP 0 0 x|S0 1|S4 1|SM 1 2",
	  "$NK^|$NK^|$NK^|$NK^|$NK^" },
	{ "9.2.0", WITHOUT("bootlock"), "GO|FO 600|GO|FO 0|FO -1|FO",
	  "$OK 710^|$OK^|$OK 600^|$NK^|$NK^|$NK^" },
	{ "9.2.0", WITHOUT("bootlock"), "GR|SR 1 0|SR 3 0|GR|SR 4 1|SR 1|SR 1 1|GR",
	  "$OK 1 1 1^|$OK^|$OK^|$OK 0 1 0^|$NK^|$NK^|$OK^|$OK 1 1 0^" },
	{ "9.2.0", WITHOUT("bootlock"), "GZ|SZ 9999|GZ|SZ -5|GZ|GW",
	  "$OK 0 200^|$OK^|$OK 0 5000^|$OK^|$OK 0 0^|$OK 0 0 12 300^" },
	{ "9.2.0", WITHOUT("bootlock"), "FF L 0|FF O 0|FF P 1|FF Z 0|GE|FF P 0|FF C 0|GE",
	  "$OK^|$OK^|$OK^|$OK^|$OK 24 6841^|$OK^|$NK^|$OK 24 6801^" },
	{ "9.2.0", WITHOUT("bootlock"), "SA 220 -10|GA|SA 1 1-2|GA",
	  "$OK^|$OK 220 -10^|$OK^|$OK 1 72^" },
	{ "9.2.0", WITHOUT("bootlock"), "SK 77|FC|GU|GF|FH|GL",
	  "$OK^|$OK^|$OK 0 0^|$OK 0 0 0^|$OK^|$OK 100 0 0 65535 0 65535 65535 0 0^" },
	{ "9.2.0", WITHOUT("relay-health"), "FH|GL", "$NK^|$NK^" },
	{ "9.2.0", WITHOUT("zero-cross"), "SZ 1|GZ|GW|FF Z 0", "$NK^|$NK^|$NK^|$NK^" },
	{ "9.2.0", PLAIN, "SN 0 1|GN", "$NK^|$NK^" },
	{ "9.2.0", WITH("cable-temperature"), "SN 0 1|SN 0|SN 0 1 2|FF C 0|SN 9 1",
	  "$OK^|$NK^|$NK^|$OK^|$NK^" },
	{ "9.2.0", WITH("cable-temperature"), "GN 0|SN 1 2 10000 3950 -5 700|GN 1|GN 4",
	  "$OK 0 10000 3443 0 900^|$OK^|$OK 2 10000 3950 -5 700^|$NK^" },
	{ "9.2.0", WITH("cable-temperature"), "GN|SN 1 2|GN|FF C 1|GN",
	  "$OK -2560 -2560 -2560 -2560^|$OK^|$OK -2560 -2560 -2560 -2560^|$OK^|"
	  "$OK -2560 -2561 -2560 -2560^" },
	{ "9.2.0", WITH("cable-temperature"), "SN 0 3|SN 0 1 99 3443 0 900|SN 0 1 65536 3443 0 900|"
	  "SN 0 1 100 999 0 900|SN 0 1 100 1000 -2001 900|SN 0 1 100 1000 0 299|GN 0",
	  "$NK^|$NK^|$NK^|$NK^|$NK^|$NK^|$OK 0 10000 3443 0 900^" },
	{ "9.2.0", WITH("cable-temperature"), "FF P 1|GE|SN 2 1|GE|FF P 1|GN 2",
	  "$OK^|$OK 24 0041^|$OK^|$OK 24 0001^|$OK^|$OK 0 10000 3443 0 900^" },
	{ "9.2.0.SAMD", PLAIN, "GI|GV", "$OK 0C94F5010C94F5010C94F5010C94F501^|"
	  "$OK 9.2.0.SAMD 6.0.0^" },
	{ "9.2.0.core.lcd", PLAIN, "FB 1|FP 0 0 x|S0 1", "$OK^|$OK^|$OK^" },
	{ "9.2.0", WITH("limits"), "G3|GH|S3 1", "$OK 0^|$OK 0^|$NK^" },
};

/* ---- writing frames ------------------------------------------------------------ */

static size_t append_escaped(char *out, size_t n, const char *bytes, size_t len)
{
	text_escape(out + n, TEXT - n, (const uint8_t *)bytes, len);
	return strlen(out);
}

static void one_frame(char *out, const char *command, size_t len)
{
	unsigned int sum = '$';
	char frame[128];
	size_t i;

	if (*command == '$') {	/* has its escapes and its CR */
		strncat(out, command, len);
		return;
	}
	for (i = 0; i < len; i++)
		sum += (unsigned char)command[i];
	snprintf(frame, sizeof(frame), "$%.*s*%02X\r", (int)len, command, sum & 0xff);
	append_escaped(out, strlen(out), frame, strlen(frame));
}

static void one_line(char *out, const char *line, size_t len)
{
	unsigned int sum = 0;
	char text[128];
	size_t i;

	/* an LF belongs in front of what follows it */
	if (*line == '\n' && len--) {
		append_escaped(out, strlen(out), line++, 1);
		if (!len)
			return;
	}
	if (line[len - 1] != '^') {
		snprintf(text, sizeof(text), "%.*s\r", (int)len, line);
	} else {
		for (i = 0; i < len - 1; i++)
			sum ^= (unsigned char)line[i];
		snprintf(text, sizeof(text), "%.*s%02X\r", (int)len, line, sum);
	}
	append_escaped(out, strlen(out), text, strlen(text));
}

static void each(char *out, const char *list, void (*one)(char *, const char *, size_t))
{
	size_t n;

	*out = '\0';
	while (*list) {
		n = strcspn(list, "|");
		one(out, list, n);
		list += n + (list[n] == '|');
	}
}

void rig_frame(char *out, size_t size, const char *command)
{
	char frame[TEXT];

	each(frame, command, one_frame);
	snprintf(out, size, "%s", frame);
}

/* ---- the table --------------------------------------------------------------------- */

/* One command after the other, so that what one causes comes before the next. */
static bool converse(struct rig *r, const struct exchange *x)
{
	char frames[TEXT], want[TEXT], heard[TEXT] = "", one[TEXT];
	const char *s = x->send;
	size_t n;

	while (*s) {
		n = strcspn(s, "|");
		snprintf(frames, sizeof(frames), "%.*s", (int)n, s);
		each(one, frames, one_frame);
		s += n + (s[n] == '|');
		n = (size_t)text_unescape((uint8_t *)frames, sizeof(frames), one);
		rig_send(r, frames, n);
		rig_advance(r, *s ? 45 : 400);
		strncat(heard, rig_heard(r), TEXT - 1 - strlen(heard));
	}
	each(want, x->want, one_line);
	n = strlen(want);
	if (n > 4 && !strcmp(want + n - 3, "*\\r"))	/* the rest is as it is */
		heard[n - 3] = want[n - 3] = '\0';
	if (!strcmp(heard, want))
		return true;
	remark("%s %s %s: %s", x->firmware, x->option ? x->option : "",
	       x->feature ? x->feature : "", x->send);
	remark("want %s", want);
	remark("got  %s", heard);
	return false;
}

void check_exchanges(void)
{
	bool ok = true;
	size_t i;

	for (i = 0; i < COUNT(exchanges); i++) {
		const struct exchange *x = &exchanges[i];
		struct rig *r = rig_start(x->firmware, "--boot-time", "0", x->option, x->feature,
					  NULL);

		ok &= converse(r, x) && rig_honest(r);
		ok &= rig_stop(r);
	}
	result(ok, "%zu exchanges with firmware from 2.1.A2 to 9.2.0", COUNT(exchanges));
}
