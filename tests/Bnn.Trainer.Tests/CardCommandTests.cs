namespace Bnn.Trainer.Tests;

/// <summary>bnn card on a run of synthetic digits, whose commands are typed again.</summary>
public sealed class CardCommandTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public CardCommandTests()
    {
        SyntheticDigits.WriteTo(_folder);
        Directory.CreateDirectory(_folder.At("models"));
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_card_tells_what_the_model_can_and_its_commands_make_it_again()
    {
        string result = Experiment("model", "pruned");
        Cli card = Card(result, "digits");
        Assert.Equal(0, card.Exit);
        string page = File.ReadAllText(_folder.At("models", "digits.md"));
        Assert.Contains("# digits\n\n`dense-12 scores` on 1x8x8 bytes, threshold-8; 10 classes.", page, StringComparison.Ordinal);
        Assert.Matches(@"\| validation accuracy \| [0-9.]+ % ± [0-9.]+ % of 60 \(one standard error\) \|", page);
        Assert.Matches(@"\| test accuracy \| [0-9.]+ % ± [0-9.]+ % of 200 \(one standard error\), read once \|", page);
        Assert.Matches(@"\| operations a sample \| 888; 0 without", page);
        Assert.Matches(@"\| time per image \| [0-9.]+ (ns|µs) with `Predict`, [0-9.]+ (ns|µs) with `PredictBatch` of 4,096; .* on optdigits, validation split", page);
        Assert.Matches(@"\| training \| 1 epoch, seed 1, ", page);

        string[] lines = [.. page.Split('\n').Where(line => line.StartsWith("bnn ", StringComparison.Ordinal))];
        Assert.Equal(2, lines.Length);
        foreach (string line in lines)
        {
            string[] words = UsageTests.Words(line.Replace("runs/", _folder.At("again") + "/", StringComparison.Ordinal));
            Assert.Equal(0, Cli.Run([.. words[1..], "--data-dir", _folder.At("data")]).Exit);
        }
        Assert.Equal(File.ReadAllBytes(_folder.At("again", "digits", "model.bnn")), File.ReadAllBytes(_folder.At("models", "digits.bnn")));
        Assert.Contains($"SHA-256 `{Cli.Run("inspect", _folder.At("models", "digits.bnn"), "--json").Json().GetProperty("modelSha256").GetString()}`", page, StringComparison.Ordinal);
    }

    [Fact]
    public void A_result_without_a_model_has_no_card() =>
        Card(Experiment("nothing", "plain"), "digits").AssertError(4, "the experiment keeps it with \"keep\": \"model\".");

    [Fact]
    public void A_model_that_is_not_that_of_its_result_is_refused()
    {
        string pruned = Experiment("model", "pruned");
        string plain = Directory.GetFiles(_folder.At("results", "trial"), "plain*.bnn")[0];
        File.Copy(plain, Path.ChangeExtension(pruned, ".bnn"), overwrite: true);
        Card(pruned, "digits").AssertError(2, "is not the model of its result");
        Assert.Empty(Directory.GetFiles(_folder.At("models")));
    }

    [Theory]
    [InlineData("a/b")]
    [InlineData("..")]
    public void A_name_that_is_a_path_is_refused(string name) => Card("none.json", name).AssertError(1, "becomes the name of files");

    [Fact]
    public void A_missing_result_is_named() => Card("none.json", "digits").AssertError(4, "there is no result none.json.");

    private Cli Card(string result, string name) => Cli.Run("card", result, "--name", name, "--out", _folder.At("models"), "--data-dir", _folder.At("data"));

    private string Experiment(string keep, string variant)
    {
        string file = _folder.Write("trial.json", $$"""
            { "data": "optdigits", "options": { "arch": "dense-16 scores", "encoding": "threshold-8", "epochs": 2, "batch": 20 }, "test": "once", "keep": "{{keep}}",
              "variants": { "plain": {}, "pruned": { "from": "plain", "epochs": 1, "rate": 0.25 } } }
            """);
        Assert.Equal(0, Cli.Run("experiment", file, "--work", _folder.At("work"), "--data-dir", _folder.At("data")).Exit);
        return Assert.Single(Directory.GetFiles(_folder.At("results", "trial"), variant + "*.json"));
    }
}
