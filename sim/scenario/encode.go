package scenario

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// YAML returns the scenario as a file that loads back to an equal value.
func (s *Scenario) YAML() ([]byte, error) {
	var b bytes.Buffer
	e := yaml.NewEncoder(&b)
	e.SetIndent(2)
	if err := e.Encode(s); err != nil {
		return nil, fmt.Errorf("writing scenario %s as YAML: %w", s.Name, err)
	}
	return b.Bytes(), e.Close()
}

// Canonical returns the scenario as JSON that is equal for equal scenarios:
// fields in the order of the struct, options sorted, no white space.
func (s *Scenario) Canonical() ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(s); err != nil {
		return nil, fmt.Errorf("writing scenario %s as JSON: %w", s.Name, err)
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// SHA256 returns the hexadecimal SHA-256 of the canonical form.
func (s *Scenario) SHA256() (string, error) {
	data, err := s.Canonical()
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:]), nil
}

// formatFloat keeps a decimal point or an exponent, so that an option of type
// float64 is told from an int when it is read back.
func formatFloat(f float64) string {
	text := strconv.FormatFloat(f, 'g', -1, 64)
	if !strings.ContainsAny(text, ".e") {
		text += ".0"
	}
	return text
}

// MarshalJSON writes the options sorted by name.
func (o Options) MarshalJSON() ([]byte, error) {
	raw := make(map[string]any, len(o))
	for name, value := range o {
		if f, ok := value.(float64); ok {
			value = json.RawMessage(formatFloat(f))
		}
		raw[name] = value
	}
	return json.Marshal(raw)
}

// UnmarshalJSON reads what MarshalJSON wrote: a number with a decimal point or
// an exponent is a float64, any other an int.
func (o *Options) UnmarshalJSON(data []byte) error {
	var raw map[string]json.RawMessage
	if err := json.Unmarshal(data, &raw); err != nil {
		return err
	}
	read := make(Options, len(raw))
	for name, text := range raw {
		value, err := optionFromJSON(text)
		if err != nil {
			return fmt.Errorf("option %s: %w", name, err)
		}
		read[name] = value
	}
	*o = read
	return nil
}

func optionFromJSON(data json.RawMessage) (any, error) {
	var value any
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	if err := d.Decode(&value); err != nil {
		return nil, err
	}
	switch v := value.(type) {
	case string, bool:
		return v, nil
	case json.Number:
		if strings.ContainsAny(v.String(), ".eE") {
			return v.Float64()
		}
		return strconv.Atoi(v.String())
	default:
		return nil, fmt.Errorf("%s, want text, a number, true or false", data)
	}
}

// MarshalYAML writes the options sorted by name.
func (o Options) MarshalYAML() (any, error) {
	raw := make(map[string]any, len(o))
	for name, value := range o {
		if f, ok := value.(float64); ok {
			value = &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!float", Value: formatFloat(f)}
		}
		raw[name] = value
	}
	return raw, nil
}

// MarshalJSON writes an object in the order of the list.
func (a Architectures) MarshalJSON() ([]byte, error) {
	return marshalOrdered(len(a), func(i int) (string, any) { return a[i].Name, a[i].Options })
}

// UnmarshalJSON reads an object, keeping its order.
func (a *Architectures) UnmarshalJSON(data []byte) error {
	read := Architectures{}
	err := unmarshalOrdered(data, func(key string, d *json.Decoder) error {
		options := Options{}
		if err := d.Decode(&options); err != nil {
			return fmt.Errorf("architecture %s: %w", key, err)
		}
		read = append(read, Architecture{Name: key, Options: options})
		return nil
	})
	*a = read
	return err
}

// MarshalYAML writes a mapping in the order of the list.
func (a Architectures) MarshalYAML() (any, error) {
	mapping := &yaml.Node{Kind: yaml.MappingNode}
	for _, arch := range a {
		var options yaml.Node
		if err := options.Encode(arch.Options); err != nil {
			return nil, fmt.Errorf("architecture %s: %w", arch.Name, err)
		}
		mapping.Content = append(mapping.Content, textNode(arch.Name), &options)
	}
	return mapping, nil
}

// MarshalJSON writes an object in the order of the list.
func (l SharedLinks) MarshalJSON() ([]byte, error) {
	return marshalOrdered(len(l), func(i int) (string, any) { return l[i].Name, l[i] })
}

// UnmarshalJSON reads an object, keeping its order.
func (l *SharedLinks) UnmarshalJSON(data []byte) error {
	read := SharedLinks{}
	err := unmarshalOrdered(data, func(key string, d *json.Decoder) error {
		link := SharedLink{Name: key}
		if err := d.Decode(&link); err != nil {
			return fmt.Errorf("shared link %s: %w", key, err)
		}
		read = append(read, link)
		return nil
	})
	*l = read
	return err
}

// MarshalYAML writes a mapping in the order of the list.
func (l SharedLinks) MarshalYAML() (any, error) {
	mapping := &yaml.Node{Kind: yaml.MappingNode}
	for _, link := range l {
		var fields yaml.Node
		if err := fields.Encode(link); err != nil {
			return nil, fmt.Errorf("shared link %s: %w", link.Name, err)
		}
		mapping.Content = append(mapping.Content, textNode(link.Name), &fields)
	}
	return mapping, nil
}

// MarshalJSON writes an object in the order of the list; plain numbers are
// written as numbers, exactly as they stand in the sweep.
func (s Sweep) MarshalJSON() ([]byte, error) {
	return marshalOrdered(len(s), func(i int) (string, any) {
		values := make([]any, len(s[i].Values))
		for j, text := range s[i].Values {
			values[j] = text
			if json.Valid([]byte(text)) && numeric(text) {
				values[j] = json.RawMessage(text)
			}
		}
		return s[i].Key, values
	})
}

func numeric(text string) bool {
	_, err := parseFloat(text)
	return err == nil
}

// UnmarshalJSON reads an object, keeping its order.
func (s *Sweep) UnmarshalJSON(data []byte) error {
	read := Sweep{}
	err := unmarshalOrdered(data, func(key string, d *json.Decoder) error {
		var raw []json.RawMessage
		if err := d.Decode(&raw); err != nil {
			return fmt.Errorf("sweep of %s: %w", key, err)
		}
		axis := Axis{Key: key}
		for _, r := range raw {
			text := string(r)
			if len(r) > 0 && r[0] == '"' {
				if err := json.Unmarshal(r, &text); err != nil {
					return fmt.Errorf("sweep of %s: %w", key, err)
				}
			}
			axis.Values = append(axis.Values, text)
		}
		read = append(read, axis)
		return nil
	})
	*s = read
	return err
}

// MarshalYAML writes a mapping in the order of the list.
func (s Sweep) MarshalYAML() (any, error) {
	mapping := &yaml.Node{Kind: yaml.MappingNode}
	for _, axis := range s {
		list := &yaml.Node{Kind: yaml.SequenceNode, Style: yaml.FlowStyle}
		for _, text := range axis.Values {
			value := textNode(text)
			if numeric(text) {
				value.Tag = ""
			}
			list.Content = append(list.Content, value)
		}
		mapping.Content = append(mapping.Content, textNode(axis.Key), list)
	}
	return mapping, nil
}

// textNode is a scalar that the library quotes where it has to.
func textNode(text string) *yaml.Node {
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: text}
}

// marshalOrdered writes n members of an object in order.
func marshalOrdered(n int, member func(i int) (string, any)) ([]byte, error) {
	b := bytes.NewBufferString("{")
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		key, value := member(i)
		k, err := json.Marshal(key)
		if err != nil {
			return nil, err
		}
		v, err := json.Marshal(value)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", key, err)
		}
		b.Write(k)
		b.WriteByte(':')
		b.Write(v)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// unmarshalOrdered calls read with each key of an object, in order; read
// decodes the value.
func unmarshalOrdered(data []byte, read func(key string, d *json.Decoder) error) error {
	d := json.NewDecoder(bytes.NewReader(data))
	open, err := d.Token()
	if err != nil {
		return err
	}
	if open == nil {
		return nil
	}
	if open != json.Delim('{') {
		return fmt.Errorf("%v, want an object", open)
	}
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return err
		}
		if err := read(key.(string), d); err != nil {
			return err
		}
	}
	_, err = d.Token()
	return err
}
