// Package org knows the company, its people and their roles, and decides every
// permission: May is asked for HTTP, socket, search, import and file alike,
// inside the transaction that acts on the answer.
package org
