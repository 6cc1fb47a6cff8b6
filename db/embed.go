// Package db carries the migrations inside the program, one folder per dialect
// with the same file names in both. Files are plain SQL, named by what they do;
// an applied file is never edited.
package db

import "embed"

// Migrations holds migrations/sqlite and migrations/postgres.
//
//go:embed migrations
var Migrations embed.FS
