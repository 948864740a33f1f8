# The score of SpamAssassin's local rules for every mail of a folder, one a line: name, score, rules.
# No network, no learned words, no settings of whoever runs it, only the rules that came with it.
use strict;
use warnings;
use Mail::SpamAssassin;

my $folder = shift;
my @mails = sort glob "$folder/*.eml";
$| = 1;
my $judge = Mail::SpamAssassin->new({
    local_tests_only => 1,
    dont_copy_prefs => 1,
    userprefs_filename => '/dev/null',
    LOCAL_STATE_DIR => '/nonexistent',
    post_config_text => "use_bayes 0\nuse_auto_whitelist 0\nuse_txrep 0\nreport_safe 0\ndns_available no\n",
});
$judge->compile_now(0);

# The rules are read once, then two processes share the mails.
my $other = fork // die "fork: $!";
my $half = $other ? 0 : 1;
for my $path (map { $mails[$_] } grep { $_ % 2 == $half } 0 .. $#mails) {
    open my $file, '<:raw', $path or die "$path: $!";
    my $mail = $judge->parse([<$file>], 0);
    my $found = $judge->check($mail);
    my ($name) = $path =~ m{([^/]+)\.eml$};
    my $rules = join ',', map { "$_ $found->{conf}{scores}{$_}" } @{ $found->{test_names_hit} };
    printf "%s\t%.2f\t%s\n", $name, $found->get_score, $rules;
    $found->finish;
    $mail->finish;
}
exit 0 if !$other;
waitpid $other, 0;
exit($? ? 1 : 0);
