"""As much of Swift's grammar as it takes to switch a check off: where a declaration's body is, and what a condition holds."""

import re

DECLARATION = r"\b(?:func|var|let|struct|enum|class|extension|protocol)\s+{name}\b|\b{name}\s*[?(<]"
BINDING = re.compile(r"(?:let|var|case|#available|_\s*=)\b")


class UnknownShape(Exception):
    """A check that is not of a form that this can switch off."""


class Swift:
    def __init__(self, text):
        self.text = text
        self.code = mask(text)

    def bodies(self, name):
        """Where the bodies of a declaration of this name are; of all, if there are several."""
        pattern = re.compile(
            r"\b(?:func|var|let|struct|enum|class|extension|protocol|case)\s+" + re.escape(name) + r"\b"
            if name != "init" else r"(?<![.\w])init\b\s*\??\s*[(<]")
        found = []
        for match in pattern.finditer(self.code):
            body = self.body(match.end() - 1 if name == "init" else match.end())
            if body:
                found.append(body)
        return found

    def body(self, position):
        """From a declaration's name to the end of its braces, or of its line if it has none."""
        depth = 0
        for index in range(position, len(self.code)):
            character = self.code[index]
            if character in "([":
                depth += 1
            elif character in ")]":
                depth -= 1
            elif character == "{" and depth == 0:
                return (position, self.closing(index))
            elif character == "\n" and depth == 0 and not re.match(
                    r"\s*(?:\)|->|throws|where|[{:&,+|]|async|rethrows)", self.code[index + 1:]):
                if not re.search(r"(?:[=:,(&<]|throws|->)\s*$", self.code[position:index]):
                    return (position, index)
        return None

    def closing(self, position):
        depth = 0
        for index in range(position, len(self.code)):
            depth += {"{": 1, "}": -1}.get(self.code[index], 0)
            if depth == 0:
                return index + 1
        raise UnknownShape("braces that do not close")

    def find(self, words, ranges):
        """Where these words stand in one of the ranges."""
        found = []
        for start, end in ranges:
            position = self.text.find(words, start, end)
            while position >= 0:
                if self.counts(words, position) and position not in found:
                    found.append(position)
                position = self.text.find(words, position + 1, end)
        return found

    def counts(self, words, position):
        """Whether a position is not in a comment, and that of an error or answer if the words are its words."""
        line = self.text.rfind("\n", 0, position) + 1
        if self.text[line:position].lstrip().startswith("//"):
            return False
        return words[0] not in '".' or re.search(r"(?:Error\([^()]*|return\s*)$", self.code[:position]) is not None

    def switch_off(self, position, words, number):
        """The edits that make the check at a position depend on `mutant(number)`: (start, end, new text) each."""
        if re.match(r"(?:_ = )?try[ ?]", words):
            start, end = position, self.statement_end(position)
            return [(start, end, f"if !mutant({number}) {{ {self.text[start:end]} }}")]
        open_brace = self.enclosing_brace(position)
        if words.startswith('"') or words.startswith("."):
            return self.refusal(position, open_brace, number)
        keyword, start, end = self.condition_around(position, open_brace)
        for first, last in self.clauses(start, end):
            if first <= position < last and BINDING.match(self.code[first:last]):
                if keyword == "guard":
                    raise UnknownShape("a value that the rest needs")
                return [(last, last, f", !mutant({number})")]
            if first <= position < last:
                return [self.replaced(first, last, number, keyword in ["guard", "where"])]
        raise UnknownShape("no condition around it")

    def refusal(self, position, open_brace, number):
        before = self.code[:open_brace].rstrip()
        if before.endswith("else"):
            head = before[:-4].rstrip()
            start = self.keyword_before(len(head), ["guard"])
            wanted, region = True, (start + len("guard"), len(head))
        else:
            start = self.keyword_before(open_brace, ["if", "where"])
            if start is None:
                return self.in_switch(position, number)
            word = re.match(r"\w+", self.code[start:])[0]
            wanted, region = False, (start + len(word), open_brace)
        edits = [
            self.replaced(first, last, number, wanted) for first, last in self.clauses(*region)
            if not BINDING.match(self.code[first:last])
        ]
        if not edits:
            raise UnknownShape("the refusal of what is not there, which the rest needs")
        return edits if wanted else edits[:1]

    def in_switch(self, position, number):
        start = self.code.rfind("throw", 0, position)
        if start < 0 or not re.search(r"(?:case[^\n]*|default):\s*$", self.code[:start]):
            raise UnknownShape("neither guard nor if")
        end = self.statement_end(start)
        return [(start, end, f"if !mutant({number}) {{ {self.text[start:end]} }}")]

    def condition_around(self, position, open_brace):
        """The condition list that a position is in: it stands behind its keyword, and before its block."""
        best = None
        for match in re.finditer(r"\b(guard|if|where|while)\b", self.code[open_brace:position]):
            best = (match[1], open_brace + match.end())
        if best is None:
            raise UnknownShape("neither guard nor if")
        keyword, start = best
        depth, index = 0, start
        while index < len(self.code):
            character = self.code[index]
            if character in "([":
                depth += 1
            elif character in ")]":
                depth -= 1
            elif character == "{" and depth == 0:
                if index > position and (keyword != "guard" or self.code[:index].rstrip().endswith("else")):
                    break
                index = self.closing(index) - 1
            index += 1
        end = len(self.code[:index].rstrip())
        if keyword == "guard":
            end = len(self.code[:end - 4].rstrip())
        return keyword, start, end

    def replaced(self, first, last, number, value):
        expression = self.text[first:last]
        attempt = ""
        if match := re.match(r"try\s+", expression):
            attempt, expression = match[0], expression[match.end():]
        result = "true" if value else "false"
        return (first, last, f"{attempt}(mutant({number}) ? {result} : ({expression}))")

    def clauses(self, start, end):
        """The parts of a condition list, without the blanks around them."""
        parts, depth, first = [], 0, start
        for index in range(start, end + 1):
            character = self.code[index] if index < end else ","
            if character in "([{":
                depth += 1
            elif character in ")]}":
                depth -= 1
            elif character == "," and depth == 0:
                piece = self.code[first:index]
                parts.append((first + len(piece) - len(piece.lstrip()), first + len(piece.rstrip())))
                first = index + 1
        return [(first, last) for first, last in parts if first < last]

    def keyword_before(self, position, words):
        """Where the nearest of these keywords is that begins what ends at a position, at the same depth."""
        depth = 0
        for index in range(position - 1, -1, -1):
            character = self.code[index]
            if character in ")]}":
                depth += 1
            elif character in "([{":
                depth -= 1
                if depth < 0:
                    return None
            elif depth == 0:
                for word in words:
                    if re.match(rf"(?<!\w){word}\b", self.code[index:index + len(word) + 1]) and not (
                            index and re.match(r"\w", self.code[index - 1])):
                        return index
                if character == ";" or (character == "\n" and self.ends_statement(index)):
                    if "guard" not in words:
                        return None
        return None

    def ends_statement(self, newline):
        """Whether a line's end is that of a statement before a condition."""
        line = self.code[self.code.rfind("\n", 0, newline) + 1:newline].strip()
        return line.endswith("}") and not re.match(r"(?:if|guard|let|,)", line)

    def enclosing_brace(self, position):
        depth = 0
        for index in range(position - 1, -1, -1):
            depth += {"}": 1, "{": -1}.get(self.code[index], 0)
            if depth < 0:
                return index
        raise UnknownShape("no block around it")

    def statement_end(self, position):
        depth, index = 0, position
        while index < len(self.code):
            character = self.code[index]
            if character in "([{":
                depth += 1
            elif character in ")]}":
                if depth == 0:
                    return len(self.code[:index].rstrip())
                depth -= 1
            elif character in "\n;" and depth == 0:
                return index
            index += 1
        return index


def mask(text):
    """The text with blanks for what stands in comments and strings; lengths and lines stay."""
    pattern = re.compile(
        r'//[^\n]*|/\*.*?\*/|"""(?:\\.|.)*?"""|"(?:\\\((?:[^()]|\([^()]*\))*\)|\\.|[^"\\\n])*"', re.S)
    return pattern.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), text)
