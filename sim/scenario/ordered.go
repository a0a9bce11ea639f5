package scenario

import (
	"encoding/json"
	"fmt"

	"go.yaml.in/yaml/v3"
)

// member is one key of a mapping that is written in order. Its value is text, a
// number, an ordered mapping, or a list of texts or lists.
type member struct {
	key   string
	value any
}

// ordered is a mapping that keeps its order in YAML, in flow style, and JSON.
type ordered []member

// MarshalJSON implements json.Marshaler.
func (o ordered) MarshalJSON() ([]byte, error) {
	return marshalOrdered(len(o), func(i int) (string, any) { return o[i].key, o[i].value })
}

// MarshalYAML implements yaml.Marshaler.
func (o ordered) MarshalYAML() (any, error) { return flow(o) }

// flow writes a member's value on one line.
func flow(value any) (*yaml.Node, error) {
	switch v := value.(type) {
	case string:
		return textNode(v), nil
	case float64:
		number, err := json.Marshal(v)
		return &yaml.Node{Kind: yaml.ScalarNode, Value: string(number)}, err
	case ordered:
		n := &yaml.Node{Kind: yaml.MappingNode, Style: yaml.FlowStyle}
		for _, m := range v {
			sub, err := flow(m.value)
			if err != nil {
				return nil, err
			}
			n.Content = append(n.Content, textNode(m.key), sub)
		}
		return n, nil
	case []any:
		n := &yaml.Node{Kind: yaml.SequenceNode, Style: yaml.FlowStyle}
		for _, item := range v {
			sub, err := flow(item)
			if err != nil {
				return nil, err
			}
			n.Content = append(n.Content, sub)
		}
		return n, nil
	}
	return nil, fmt.Errorf("a value of type %T in an ordered mapping", value)
}
