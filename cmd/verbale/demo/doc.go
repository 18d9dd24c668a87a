// Package demo makes up a company: its people, what they talk about, and a
// year of it, for looking around, for pictures and for measuring. The same seed
// gives the same story. It knows no room of the house; the program plays the
// story into one.
//
// What is said comes from dialogues_it.txt and dialogues_en.txt, whose form is
// described in dialogue.go.
package demo
