// Package bustest is what every bus must pass, in one process or between nodes.
package bustest
