// Package search finds messages by their words. One analyser turns a text, and
// a question, into terms: folded words, their Italian and English stems, their
// beginnings, the joined forms of numbers and codes. The index keeps keyed
// hashes of these terms and no positions, so the database holds no readable
// word; a phrase or a part of a word is found by opening the candidates.
//
// The index is a follower of the register: off the write path, at most a
// second behind, and rebuilt from the register when it is dropped or when the
// analyser has changed. What an answer shows is decided when it is asked for:
// membership, the first message one may see, and the text as it is now.
package search
