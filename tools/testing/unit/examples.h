/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Every example of the protocol description that has a checksum: what a host
 * or a board may put on the wire, CR left out.
 */
#ifndef _OPENEVSE_EXAMPLES_H
#define _OPENEVSE_EXAMPLES_H

/* '^': exclusive or, both directions */
static const char *const examples_xor[] = {
	"$GSX^68", "$GV^35", "$OK^20", "$NK^21", "$OK :0C^49", "$NK :0C^48",
	"$SC 16^13", "$OK 16 :2A^6E", "$NK 6^37", "$GS^30", "$AB 00 D7.1.1^54",
	"$OK 00 0 00 0300^13", "$ST fe^00", "$AT fe 01 16 0200^36", "$ST 00^03",
	"$AT 00 00 0 0200^03", "$AB 00 8.2.3^1E", "$F0 0^42", "$F1^53", "$FB 7^37",
	"$FC^21", "$FD^26", "$FE^27", "$FF D 0^50", "$FH^2A", "$FK^29", "$FO 710^3B",
	"$FP 0 0 HELLO^50", "$FR^30", "$FS^31", "$FF G 1^52", "$FF B 0^56",
	"$FF T 1^41", "$S0 1^56", "$S1 24 2 29 12 34 56^7E", "$S2 1^54", "$S3 8^5C",
	"$S4 1^52", "$S5 A^23", "$SA 220 0^36", "$SB^35", "$OK 0^30", "$OK 16^07",
	"$SC 200^26", "$NK 80^09", "$SC 10 V^63", "$OK 10^01", "$SC 32 M^78",
	"$OK 32^01", "$SD 0^23", "$SE 0^22", "$SF 1^20", "$SG 1^21", "$SH 10^1E",
	"$SK 0^2C", "$SL A^5A", "$SL 3^28", "$SM 298 12018^33", "$SN 0 1^38",
	"$SO 650 750^39", "$SR 1^34", "$SR 1 1^25", "$SS 1^35", "$ST 22 30 6 15^12",
	"$ST 0 0 0 0^23", "$SV 1^30", "$SV 223576^06", "$SY 100 6^29",
	"$OK 100 6 0^37", "$SY^2E", "$SY 165^3C", "$SZ 500^38", "$G0^53", "$OK 1^31",
	"$G3^50", "$G4^57", "$G5^56", "$OK 0 A^51", "$GA^22", "$OK 220 0^20", "$GC^20",
	"$OK 6 80^1E", "$OK 6 80 16 32^18", "$GD^27", "$OK 22 30 6 15^11", "$GE^26",
	"$OK 16 0020^25", "$GF^25", "$OK 2 0 1a^52", "$GG^24", "$OK 15870 240000^1D",
	"$GH^2B", "$GI^2A", "$GL^2F", "$GM^2E", "$OK 298 12018^29", "$GN^2D", "$GO^2C",
	"$OK 650 750^21", "$GP^33", "$OK 248 -2560 -2560^3E", "$GR^31", "$OK 1 1 1^31",
	"$OK 3 127^27", "$OK 03 127 03 0140^11", "$GT^37", "$OK 24 2 29 12 34 56^18",
	"$GU^36", "$OK 3600000 123456^12", "$OK 8.2.3 5.2.1^2F", "$GW^34", "$GY^3A",
	"$GZ^39", "$T0 75^62", "$ST 03^00", "$WF 02^17", "$AT 03 03 16 0140^33",
	"$AN 1^3A", "$GV :01^2E",
};

/* '*': sum modulo 256, host to board only */
static const char *const examples_sum[] = {
	"$GV*C1", "$F0 0*EA", "$F1*9B", "$FB 7*03", "$FC*AD", "$FD*AE",
	"$FE*AF", "$FF D 0*64", "$FH*B2", "$FK*B5", "$FO 710*71", "$FP 0 0 HELLO*EE",
	"$FR*BC", "$FS*BD", "$FF G 1*68", "$FF B 0*62", "$FF T 1*75", "$S0 1*F8",
	"$S1 24 2 29 12 34 56*A0", "$S2 1*FA", "$S3 8*02", "$S4 1*FC", "$S5 A*0D",
	"$SA 220 0*BC", "$SB*B9", "$SC 16*41", "$SC 200*6C", "$SC 10 V*B1",
	"$SC 32 M*AC", "$SD 0*0B", "$SE 0*0C", "$SF 1*0E", "$SG 1*0F", "$SH 10*40",
	"$SK 0*12", "$SL A*24", "$SL 3*16", "$SM 298 12018*A3", "$SN 0 1*66",
	"$SO 650 750*3D", "$SR 1*1A", "$SR 1 1*6B", "$SS 1*1B", "$ST 22 30 6 15*AE",
	"$ST 0 0 0 0*0B", "$SV 1*1E", "$SV 223576*26", "$SY 100 6*D7", "$SY*D0",
	"$SY 165*8C", "$SZ 500*86", "$G0*9B", "$G3*9E", "$G4*9F", "$G5*A0", "$GA*AC",
	"$GC*AE", "$GD*AF", "$GE*B0", "$GF*B1", "$GG*B2", "$GH*B3", "$GI*B4", "$GL*B7",
	"$GM*B8", "$GN*B9", "$GO*BA", "$GP*BB", "$GR*BD", "$GS*BE", "$GT*BF", "$GU*C0",
	"$GW*C2", "$GY*C4", "$GZ*C5", "$T0 75*34", "$GV :01*7C", "$S0 0*F7",
	"$S2 0*F9", "$SD 1*0C", "$SE 1*0D", "$SF 0*0D", "$SG 0*0E", "$SL 1*14",
	"$SL 2*15", "$SR 0*19", "$SS 0*1A", "$SV 0*1D",
};

#endif /* _OPENEVSE_EXAMPLES_H */
