package asl

import (
	"errors"
	"fmt"
)

func asArray(v any) ([]any, error) {
	list, ok := v.([]any)
	if !ok {
		return nil, errors.New("the first argument must be an array")
	}
	return list, nil
}

func arrayPartition(_ *scope, args []any) (any, error) {
	list, err := asArray(args[0])
	if err != nil {
		return nil, err
	}
	size, err := asIntegers(args[1:])
	if err != nil {
		return nil, err
	}
	if size[0] < 1 {
		return nil, errors.New("the chunk size must be positive")
	}
	chunks := []any{}
	for len(list) > 0 {
		n := min(int(size[0]), len(list))
		chunks = append(chunks, list[:n:n])
		list = list[n:]
	}
	return chunks, nil
}

func arrayContains(_ *scope, args []any) (any, error) {
	list, err := asArray(args[0])
	if err != nil {
		return nil, err
	}
	for _, item := range list {
		if equal(item, args[1]) {
			return true, nil
		}
	}
	return false, nil
}

const maxRange = 1000 // items, says the specification

func arrayRange(_ *scope, args []any) (any, error) {
	n, err := asIntegers(args)
	if err != nil {
		return nil, err
	}
	first, last, stride := n[0], n[1], n[2]
	if stride == 0 {
		return nil, errors.New("the increment must not be zero")
	}
	list := []any{}
	for i := first; stride > 0 && i <= last || stride < 0 && i >= last; i += stride {
		if len(list) == maxRange {
			return nil, fmt.Errorf("more than %d items", maxRange)
		}
		list = append(list, number(i))
	}
	return list, nil
}

func arrayGetItem(_ *scope, args []any) (any, error) {
	list, err := asArray(args[0])
	if err != nil {
		return nil, err
	}
	i, err := asIntegers(args[1:])
	if err != nil {
		return nil, err
	}
	if i[0] < 0 || i[0] >= int64(len(list)) {
		return nil, fmt.Errorf("there is no item %d", i[0])
	}
	return list[i[0]], nil
}

func arrayLength(_ *scope, args []any) (any, error) {
	list, err := asArray(args[0])
	return number(int64(len(list))), err
}

func arrayUnique(_ *scope, args []any) (any, error) {
	list, err := asArray(args[0])
	if err != nil {
		return nil, err
	}
	unique := []any{}
next:
	for _, item := range list {
		for _, seen := range unique {
			if equal(item, seen) {
				continue next
			}
		}
		unique = append(unique, item)
	}
	return unique, nil
}
