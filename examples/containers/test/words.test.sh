. modules/words-1.0/words.sh
[ "$(printf 'one two\n three ' | count_words)" = 3 ]
[ "$(printf '' | count_words)" = 0 ]
echo "2 tests passed"
