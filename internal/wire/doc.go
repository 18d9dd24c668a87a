// Package wire is the shapes in which conversations, messages, people and
// events travel to clients, the same over HTTP and over the socket. A list is
// never null; times are RFC 3339 in UTC with microseconds.
package wire
