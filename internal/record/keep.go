package record

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
)

// KeepKey is where the list is of what must never be taken apart: policies have no tags that could say so.
const KeepKey = "keep.json"

// KeepList is its content.
type KeepList struct {
	// Policies and Distributions are ids.
	Policies      []string `json:"policies"`
	Distributions []string `json:"distributions"`
}

// UnmarshalJSON refuses fields that nobody knows: a list that is misspelt would keep nothing.
func (k *KeepList) UnmarshalJSON(text []byte) error {
	type fields KeepList // without this method
	var read fields
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&read); err != nil {
		return err
	}
	*k = KeepList(read)
	return nil
}

// ReadKeepList reads the list. One that is missing is empty; one that cannot be read is an error, since nobody knows what
// it was to keep.
func ReadKeepList(ctx context.Context, s Reader, bucket string) (KeepList, error) {
	var list KeepList
	if _, _, err := Read(ctx, s, bucket, KeepKey, &list); err != nil {
		return KeepList{}, fmt.Errorf("what is to be kept is not known, so nothing is touched: %w", err)
	}
	return list, nil
}
