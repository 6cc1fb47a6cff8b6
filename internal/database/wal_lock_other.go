//go:build !unix

package database

import "os"

// Without a lock of the file only the connections of one process take turns: on such
// a system no second process may open the data while the server runs.

func lockShared(*os.File) error { return nil }

func lockAlone(*os.File) error { return nil }

func unlock(*os.File) error { return nil }
