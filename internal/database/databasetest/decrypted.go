package databasetest

import (
	"encoding/binary"
	"errors"
	"io/fs"
	"os"
	"testing"

	"lukechampine.com/adiantum"

	"clepsydra/internal/database"
)

// encryptedBlock is the size in which a SQLite file is encrypted, in bytes.
const encryptedBlock = 4096

// Decrypted returns every byte of a SQLite file and of its write-ahead log as they
// are before the encryption: pages in use, free pages, and what lies between. Tests
// look in it for what must be gone.
func Decrypted(t testing.TB, path string, key database.Key) []byte {
	t.Helper()
	cipher := adiantum.New(key.Derive("sqlite file"))
	var all []byte
	for _, file := range []string{path, path + "-wal"} {
		content, err := os.ReadFile(file)
		if errors.Is(err, fs.ErrNotExist) && file != path {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		for at := 0; at+encryptedBlock <= len(content); at += encryptedBlock {
			tweak := binary.LittleEndian.AppendUint64(nil, uint64(at))
			all = append(all, cipher.Decrypt(content[at:at+encryptedBlock], tweak)...)
		}
	}
	return all
}
