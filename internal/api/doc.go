// Package api is the HTTP front door: it decodes, asks one room, and encodes.
// No rule lives here. One file is one resource; the OpenAPI document is
// generated from the operations, so that it cannot drift from what they do.
package api
