package database

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
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
// So reads and writes of the log take turns here. Among the connections of this
// program a lock does it. Another process, such as an import from the shell beside
// the running server, knows nothing of the lock; against it a block is read until two
// readings agree.

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
	return &walFile{File: f, turn: &w.turn}, flags, nil
}

// walFile is the write-ahead log as one connection has it open. SQLite gives a
// connection to one goroutine at a time.
type walFile struct {
	vfs.File
	turn  *sync.RWMutex
	again []byte
}

// rereads is how often a block is read at most until two readings agree. A writer is
// done with a block in a moment; if it is not, the disk is what is broken.
const rereads = 1000

// ReadAt reads a block that is whole.
func (l *walFile) ReadAt(p []byte, off int64) (int, error) {
	l.turn.RLock()
	defer l.turn.RUnlock()
	n, err := l.File.ReadAt(p, off)
	if cap(l.again) < len(p) {
		l.again = make([]byte, len(p))
	}
	again := l.again[:len(p)]
	for range rereads {
		m, errAgain := l.File.ReadAt(again, off)
		if n == m && bytes.Equal(p[:n], again[:m]) {
			return n, err
		}
		copy(p, again)
		n, err = m, errAgain
	}
	return 0, sqlite3.IOERR_READ
}

// WriteAt writes a block while nobody reads one.
func (l *walFile) WriteAt(p []byte, off int64) (int, error) {
	l.turn.Lock()
	defer l.turn.Unlock()
	return l.File.WriteAt(p, off)
}

// Unwrap gives the file below.
func (l *walFile) Unwrap() vfs.File { return l.File }
