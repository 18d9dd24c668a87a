// Package bustest is what every bus must pass, in one process or between
// nodes; and a bus that does its worst, for those who must be able to bear it.
package bustest
