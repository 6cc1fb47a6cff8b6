package stewardship

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"reflect"
	"slices"
	"strings"

	"clepsydra/internal/fault"
	"clepsydra/internal/journal"
	"clepsydra/internal/processing"
)

// ErrContractFile: a file of a contract is empty, too large or of a kind that is not
// taken.
var ErrContractFile = fault.New(fault.Invalid, "record.file_refused")

// MostContract is the size of a contract's file, in bytes.
const MostContract = 20 << 20

// Processors lists those who handle data for the firm, by name, ended ones with them.
func (s *Records) Processors(ctx context.Context) ([]processing.Processor, error) {
	return processing.Processors(ctx, s.db.R)
}

// Processor returns one, or processing.ErrNoProcessor.
func (s *Records) Processor(ctx context.Context, id string) (processing.Processor, error) {
	all, err := s.Processors(ctx)
	if err != nil {
		return processing.Processor{}, err
	}
	for _, p := range all {
		if p.ID == id {
			return p, nil
		}
	}
	return processing.Processor{}, processing.ErrNoProcessor
}

// SaveProcessor writes a processor and the purposes he works for; one with a new id of
// the firm's own is added. It fails with what Processor.Check says.
func (s *Records) SaveProcessor(ctx context.Context, actor journal.Actor, p processing.Processor, purposes []processing.PurposeID) error {
	if err := p.Check(s.lists); err != nil {
		return err
	}
	if !ownID.MatchString(p.ID) {
		return processing.ErrNoProcessor
	}
	return s.change(ctx, actor, func(ctx context.Context, c recordChange) (bool, error) {
		all, err := processing.Processors(ctx, c.tx)
		if err != nil {
			return false, err
		}
		k := slices.IndexFunc(all, func(x processing.Processor) bool { return x.ID == p.ID })
		if k >= 0 {
			p.EndedAt = all[k].EndedAt
		}
		serves, err := c.serve(ctx, p.ID, purposes)
		if err != nil || !serves && k >= 0 && reflect.DeepEqual(p, all[k]) {
			return false, err
		}
		if err := processing.PutProcessor(ctx, c.tx, p, c.now); err != nil {
			return false, err
		}
		facts := map[string]string{"country": p.Country, "contract": string(p.Contract.Signed), "points": strings.Join(p.Contract.Points, " ")}
		return true, c.note(ctx, "record.processor_saved", p.ID, facts, p.Name)
	})
}

// serve makes a processor serve exactly these purposes and reports whether that is
// new.
func (c recordChange) serve(ctx context.Context, id string, purposes []processing.PurposeID) (bool, error) {
	r, err := processing.Get(ctx, c.tx)
	if err != nil {
		return false, err
	}
	changed := false
	for k, p := range r.Purposes {
		has, want := slices.Contains(p.Processors, id), slices.Contains(purposes, p.ID)
		switch {
		case has == want:
			continue
		case want:
			r.Purposes[k].Processors = append(slices.Clone(p.Processors), id)
		default:
			r.Purposes[k].Processors = slices.DeleteFunc(slices.Clone(p.Processors), func(x string) bool { return x == id })
		}
		changed = true
	}
	if !changed {
		return false, nil
	}
	return true, processing.Put(ctx, c.tx, r, c.now)
}

// EndProcessor says that he handles no data for the firm any more. He stays in the
// list of former ones, with his contract.
func (s *Records) EndProcessor(ctx context.Context, actor journal.Actor, id string) error {
	return s.change(ctx, actor, func(ctx context.Context, c recordChange) (bool, error) {
		all, err := processing.Processors(ctx, c.tx)
		if err != nil {
			return false, err
		}
		k := slices.IndexFunc(all, func(x processing.Processor) bool { return x.ID == id })
		if k < 0 {
			return false, processing.ErrNoProcessor
		}
		if !all[k].IsInUse() {
			return false, nil
		}
		all[k].EndedAt = c.now
		if err := processing.PutProcessor(ctx, c.tx, all[k], c.now); err != nil {
			return false, err
		}
		return true, c.note(ctx, "record.processor_ended", id, nil, "")
	})
}

// AddContract keeps a file of the contract with a processor. The same file twice is
// kept once. Media is what the caller found it to be.
func (s *Records) AddContract(ctx context.Context, actor journal.Actor, processor, name, media string, content []byte) error {
	if len(content) == 0 || len(content) > MostContract {
		return ErrContractFile.At("file")
	}
	if _, err := s.Processor(ctx, processor); err != nil {
		return err
	}
	sum := sha256.Sum256(content)
	id, err := processing.NewID("")
	if err != nil {
		return err
	}
	return s.change(ctx, actor, func(ctx context.Context, c recordChange) (bool, error) {
		f := processing.ContractFile{
			ID: id, ProcessorID: processor, Name: name, Media: media, SHA256: hex.EncodeToString(sum[:]), Content: content, CreatedAt: c.now,
		}
		added, err := processing.AddFile(ctx, c.tx, f)
		if err != nil || !added {
			return false, err
		}
		return false, c.note(ctx, "record.contract_added", processor, map[string]string{"file": id, "sha256": f.SHA256}, name)
	})
}

// Contracts lists the files of the contract with a processor, the latest first.
func (s *Records) Contracts(ctx context.Context, processor string) ([]processing.ContractFile, error) {
	return processing.Files(ctx, s.db.R, processor)
}

// Contract returns one file with what is in it, or processing.ErrNoProcessor.
func (s *Records) Contract(ctx context.Context, processor, id string) (processing.ContractFile, error) {
	return processing.FileByID(ctx, s.db.R, processor, id)
}
