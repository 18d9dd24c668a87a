// Package problem is the one shape of a refusal: a kind, a stable code and a
// sentence. Rooms return problems, the API turns them into RFC 9457 answers
// and the command line prints them; any other error is a fault of ours.
package problem
