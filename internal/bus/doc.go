// Package bus tells the nodes of one house that something happened in a company
// up to entry N, and carries fleeting signals such as typing and presence.
//
// It carries no truth: anything may be lost, and nothing is lost by it, because
// who hears "up to N" reads from the database what it lacks, and who hears
// nothing asks again. So a publisher never waits for a reader.
package bus
