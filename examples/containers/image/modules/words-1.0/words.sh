# count_words: how many words there are on standard input.
count_words() {
  tr -s '[:space:]' '\n' | grep -c .
}
