// Package blobtest is the one suite that every blob.Store passes.
package blobtest
