namespace Bnn.Trainer.Tests;

public sealed class UsageTests
{
    [Theory]
    [InlineData("train")]
    [InlineData("resume")]
    [InlineData("prune")]
    [InlineData("sensitivity")]
    [InlineData("shrink")]
    [InlineData("eval")]
    [InlineData("inspect")]
    [InlineData("bench-train")]
    [InlineData("emit")]
    [InlineData("data")]
    [InlineData("report")]
    public void Every_command_has_help_with_examples_that_parse(string command)
    {
        Cli help = Cli.Run(command, "--help");
        Assert.Equal((0, ""), (help.Exit, help.Error));
        string[] examples = [.. help.Out[help.Out.IndexOf("Examples:", StringComparison.Ordinal)..].Split('\n')
            .Select(line => line.Trim()).Where(line => line.StartsWith("bnn ", StringComparison.Ordinal))];
        Assert.NotEmpty(examples);
        foreach (string example in examples)
        {
            Assert.StartsWith($"bnn {command} ", example + " ", StringComparison.Ordinal);
            string[] args = [.. Words(example.Split('|')[0]).Skip(1)];
            Assert.Empty(BnnCommandLine.Parse(args).Errors);
        }
    }

    [Fact]
    public void The_help_of_bnn_names_commands_data_folder_and_exit_codes()
    {
        string help = Cli.Run("--help").Out;
        foreach (string word in new[] { "train", "resume", "prune", "eval", "inspect", "bench-train", "emit", "data", "report", "BNN_DATA", "130" })
            Assert.Contains(word, help, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "which command? There are train,")]
    [InlineData("tain fashion-mnist", "'tain'")]
    [InlineData("train", "which data set?")]
    [InlineData("train fashion-mnist", "where to?")]
    [InlineData("train cifar100 --out r", "no data set is called 'cifar100'; there are fashion-mnist, mnist, cifar-10, ")]
    [InlineData("train mnist --out r --epochs 0", "--epochs must be a number from 1 to 1000000, but is '0'.")]
    [InlineData("train mnist --out r --epochs ten", "--epochs must be a number from 1 to 1000000, but is 'ten'.")]
    [InlineData("train mnist --out r --learning-rate 0,01", "--learning-rate must be a number")]
    [InlineData("train mnist --out r --learning-rate NaN", "--learning-rate must be a number")]
    [InlineData("train mnist --out r --arch dense-x", "dense-x")]
    [InlineData("train mnist --out r --arch 'pool scores'", "'pool' must stand behind a convolution")]
    [InlineData("train mnist --out r --arch 'dense-8 conv3x3-8 scores'", "'conv3x3-8' needs an image, but after 'dense-8' there is none")]
    [InlineData("train mnist --out r --arch dense-8", "the last one is 'scores' or 'sum-scores'")]
    [InlineData("train mnist --out r --encoding nine-bit", "nine-bit")]
    [InlineData("train mnist --out r --bogus", "bnn train has no option '--bogus'.")]
    [InlineData("train --bogus", "bnn train has no option '--bogus'.")]
    [InlineData("inspect m.bnn --bogus=3", "bnn inspect has no option '--bogus=3'.")]
    [InlineData("--bogus", "bnn has no option '--bogus'.")]
    [InlineData("train mnist --out ''", "--out must not be empty.")]
    [InlineData("inspect ''", "MODEL must not be empty.")]
    [InlineData("train mnist --out", "--out")]
    [InlineData("train mnist cifar-10 --out r", "'cifar-10'")]
    [InlineData("resume", "'RUN'")]
    [InlineData("report", "'RUN'")]
    [InlineData("prune r --score beauty", "--score must be one of activity, latent, flips, gradient, random, dynamic, but is 'beauty'.")]
    [InlineData("sensitivity r --planes --repeats 0", "--repeats must be a number from 1 to 1000, but is '0'.")]
    [InlineData("shrink r", "--out")]
    [InlineData("shrink r --out s --order last", "--order must be one of first, weights, but is 'last'.")]
    [InlineData("train mnist --resume r", "DATASET cannot go with --resume")]
    [InlineData("train --resume r --seed 3", "--seed cannot go with --resume")]
    [InlineData("eval m.bnn mnist --split half", "--split must be one of train, validation, test, all, but is 'half'.")]
    [InlineData("eval m.bnn mnist --min-accuracy 88", "--min-accuracy must be a number from 0 to 1, but is '88'.")]
    [InlineData("eval", "MODEL")]
    [InlineData("bench-train mlp-x", "mlp-x")]
    [InlineData("bench-train mlp-s --input 28x28", "--input must be channels, rows and columns such as 3x32x32, but is '28x28'.")]
    [InlineData("bench-train 'conv9x9-4-p0 scores' --input 1x4x4", "'conv9x9-4-p0' does not fit here")]
    [InlineData("prune r --rate 1.5", "--rate must be a share from 0 to below 1, or several with commas between them, but is '1.5'.")]
    public void Wrong_use_is_one_clear_line(string line, string message)
    {
        Cli wrong = Cli.Run(Words(line));
        wrong.AssertError(1, message);
    }

    // As a shell takes a line apart: single quotes keep blanks.
    internal static string[] Words(string line) =>
        [.. line.Split('\'').SelectMany((part, i) => i % 2 == 1 ? [part] : part.Split(' ', StringSplitOptions.RemoveEmptyEntries))];
}
