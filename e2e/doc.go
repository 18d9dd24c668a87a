// Package e2e holds the tests that drive the real program from outside: by
// HTTP, by the socket and by the command line, on data directories and ports
// of their own. They kill it, cut its lines, fill its disk, edit its database
// and lie to it, and then ask whether a word was lost, doubled or told to the
// wrong person.
//
// The program is built once for a run, or taken from $VERBALE_BIN. What is
// random prints its seed and takes it back in $VERBALE_SEED; $VERBALE_ROUNDS
// and $VERBALE_SENDS make the long tests longer or shorter.
package e2e
