// Package s3test runs a real S3 server for a test, versitygw on a directory of
// the test's own, and puts a door before it that can be made to lie, fail,
// dawdle and cut connections.
package s3test
