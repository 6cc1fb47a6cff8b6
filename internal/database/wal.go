package database

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"os"
	"sync"

	"github.com/ncruces/go-sqlite3"
	"github.com/ncruces/go-sqlite3/util/vfsutil"
	"github.com/ncruces/go-sqlite3/vfs"
	"github.com/ncruces/go-sqlite3/vfs/adiantum"
)

// The file is encrypted in blocks of 4 KiB, each as a whole: one byte that changes
// changes all of its block. SQLite's write-ahead log does not know of blocks. Its
// frames are 24 bytes longer than a page, so that a new frame begins in the block in
// which the last one ends, and a reader may look at the last one while the new one is
// being written. Unencrypted that is safe, for the bytes of the last frame stay what
// they were. Encrypted, half of an old block and half of a new one decrypt to rubbish:
// a read that fails with "malformed", or worse, that finds nothing where there is
// something. The operating system promises no read a whole block (ext4 does not).
//
// So reads and writes of the log take turns: among the connections of this program by
// a mutex, which is fair, and with other processes, such as an import from the shell
// beside the running server, by a lock of the file.

// encrypted returns the name of SQLite's file layer for a database: encryption over a
// log whose blocks are read and written as a whole. Every opening of the same file
// in this process shares it, and so its lock.
func encrypted(path string) string {
	sum := sha256.Sum256([]byte(path))
	name := "clepsydra-" + hex.EncodeToString(sum[:8])
	if vfs.Find(name) == nil {
		vfs.Register(name, adiantum.Wrap(&wholeBlocks{VFS: vfs.Find("")}, nil))
	}
	return name
}

// wholeBlocks is the file layer below the encryption.
type wholeBlocks struct {
	vfs.VFS
	turn sync.RWMutex // of the log
}

// OpenFilename opens a file; the write-ahead log takes turns.
func (w *wholeBlocks) OpenFilename(name *vfs.Filename, flags vfs.OpenFlag) (vfs.File, vfs.OpenFlag, error) {
	f, flags, err := vfsutil.WrapOpenFilename(w.VFS, name, flags)
	if err != nil || flags&vfs.OPEN_WAL == 0 {
		return f, flags, err
	}
	lock, err := os.Open(name.String())
	if err != nil {
		return nil, flags, errors.Join(sqlite3.CANTOPEN, err, f.Close())
	}
	return &walFile{File: f, turn: &w.turn, lock: lock}, flags, nil
}

// walFile is the write-ahead log as one connection has it open. lock is the same file
// opened once more, because a lock belongs to an opening.
type walFile struct {
	vfs.File
	turn *sync.RWMutex
	lock *os.File
}

// ReadAt reads a block while nobody writes one.
func (l *walFile) ReadAt(p []byte, off int64) (int, error) {
	l.turn.RLock()
	defer l.turn.RUnlock()
	if err := lockShared(l.lock); err != nil {
		return 0, errors.Join(sqlite3.IOERR_LOCK, err)
	}
	n, err := l.File.ReadAt(p, off)
	return n, first(err, unlock(l.lock))
}

// WriteAt writes a block while nobody reads one.
func (l *walFile) WriteAt(p []byte, off int64) (int, error) {
	l.turn.Lock()
	defer l.turn.Unlock()
	if err := lockAlone(l.lock); err != nil {
		return 0, errors.Join(sqlite3.IOERR_LOCK, err)
	}
	n, err := l.File.WriteAt(p, off)
	return n, first(err, unlock(l.lock))
}

// first is the first error, as it is: the layers above compare with io.EOF.
func first(err, other error) error {
	if err != nil {
		return err
	}
	return other
}

// Close closes both openings.
func (l *walFile) Close() error { return errors.Join(l.File.Close(), l.lock.Close()) }

// Unwrap gives the file below.
func (l *walFile) Unwrap() vfs.File { return l.File }
