// Package history says whether what the clients of a messenger lived through
// can have been the work of a right one.
//
// While a test runs, each client records what it is about to send, how that
// ended, and what it was shown; at the end each member reads its conversations
// whole. Check then looks at the records alone, as an outsider would, and
// reports each broken promise with the few records that explain it:
//
//   - what was acknowledged is read by every member at the end exactly once,
//     with the id and the n of the acknowledgement;
//   - n counts each conversation from 1 without a gap, ids rise with it, and
//     what was acknowledged before something else was sent stands before it;
//   - each connection shows a conversation in order, apart from repeats;
//   - what was refused for good never appears; what ended unknown (timed out,
//     connection lost) appears at most once; a key never makes two messages;
//   - nothing is shown before it was sent, or that nobody sent, or that is not
//     there at the end, or otherwise to one than to another;
//   - all checkpoints are of one tree, the one that the register's leaves give.
//
// A history is one record a line, as JSON, in the order in which things
// happened to the recorder: a client records a sending before it sends, and
// what it was told after it was told. Texts stand in it as hashes, and each
// text is sent once only in a history, since a reader is not told keys: it is
// by the text that a message is known to be the work of one sending. Edits and
// deletions are not of a history; its messages stay as they were sent.
//
// Check takes time and memory in proportion to the history.
package history
