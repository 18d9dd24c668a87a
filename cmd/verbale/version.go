package main

import (
	"encoding/json"
	"runtime"
	"runtime/debug"
)

// version is set by the build (scripts/build.sh).
var version = "unreleased"

type versionCommand struct {
	JSON bool `help:"Print as JSON."`
}

func (c *versionCommand) Run(t terminal) error {
	built := struct {
		Version string `json:"version"`
		Commit  string `json:"commit,omitempty"`
		Go      string `json:"go"`
		System  string `json:"system"`
	}{Version: version, Go: runtime.Version(), System: runtime.GOOS + "/" + runtime.GOARCH}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, setting := range info.Settings {
			if setting.Key == "vcs.revision" {
				built.Commit = setting.Value
			}
		}
	}
	if c.JSON {
		return json.NewEncoder(t.out).Encode(built)
	}
	t.printf("verbale %s (%s, %s)\n", built.Version, built.System, built.Go)
	return nil
}
