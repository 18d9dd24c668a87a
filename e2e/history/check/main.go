package main

import (
	"fmt"
	"io"
	"os"

	"verbale/e2e/history"
)

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

// run judges files and gives the exit status.
func run(files []string, out, errs io.Writer) int {
	if len(files) == 0 {
		fmt.Fprintln(errs, "usage: check FILE...")
		return 2
	}
	status := 0
	for _, name := range files {
		records, err := load(name)
		if err != nil {
			fmt.Fprintf(errs, "%s: %v\n", name, err)
			return 2
		}
		verdict := history.Check(records)
		fmt.Fprintf(out, "%s: %s", name, verdict)
		if !verdict.OK() {
			status = 1
		}
	}
	return status
}

func load(name string) ([]history.Record, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return history.Read(f)
}
