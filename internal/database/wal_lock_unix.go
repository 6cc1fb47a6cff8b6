//go:build unix

package database

import (
	"errors"
	"os"
	"syscall"
)

// lockShared waits until nobody writes to the log, and keeps writers out.
func lockShared(f *os.File) error { return flock(f, syscall.LOCK_SH) }

// lockAlone waits until nobody reads or writes the log, and keeps everybody out.
func lockAlone(f *os.File) error { return flock(f, syscall.LOCK_EX) }

func unlock(f *os.File) error { return flock(f, syscall.LOCK_UN) }

// flock begins again when a signal interrupts the wait.
func flock(f *os.File, how int) error {
	for {
		err := syscall.Flock(int(f.Fd()), how)
		if !errors.Is(err, syscall.EINTR) {
			return err
		}
	}
}
