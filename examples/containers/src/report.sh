. modules/words-1.0/words.sh
text="fresh paint on fresh plaster"
echo "$text" | shout
echo "$(echo "$text" | count_words) words"
