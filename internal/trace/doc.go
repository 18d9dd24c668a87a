// Package trace tells where the time of one request goes: it makes spans, and
// gives the ended ones to whoever was set up to take them. With nobody set up,
// which is the default, it costs one look at a pointer.
//
// A span has a name that is written in the source, numbers, and the code of a
// refusal, which is written in the source too. There is no way to put anything
// else into one, so nothing that a person wrote, and nobody's name, can get
// into a trace by mistake.
package trace
