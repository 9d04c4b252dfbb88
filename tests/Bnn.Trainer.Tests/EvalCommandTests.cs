using System.Globalization;
using System.Text.Json;
using Bnn.Storage;

namespace Bnn.Trainer.Tests;

public sealed class EvalCommandTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public EvalCommandTests()
    {
        SyntheticDigits.WriteTo(_folder);
        BnnFile.Save(Model, Models.Digits());
    }

    private string Model => _folder.At("digits.bnn");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Accuracy_and_confusion_go_to_standard_output_and_warnings_do_not()
    {
        Cli eval = Eval();
        Assert.Equal(0, eval.Exit);
        Assert.Contains("100.00 % ± 0.00 %", eval.Out, StringComparison.Ordinal);
        Assert.Contains("200 of 200", eval.Out, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', eval.Out);
        Assert.StartsWith("warning: ", eval.Error, StringComparison.Ordinal);
        Assert.Contains("optdigits.tes is not the published file", eval.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Json_is_one_object_with_a_version_and_every_number()
    {
        JsonElement json = Eval("--json").Json();
        Assert.Equal(1, json.GetProperty("schemaVersion").GetInt32());
        Assert.Equal("optdigits", json.GetProperty("dataSet").GetString());
        Assert.Equal("test", json.GetProperty("split").GetString());
        Assert.Equal(64, json.GetProperty("modelSha256").GetString()!.Length);
        Assert.Equal(200, json.GetProperty("samples").GetInt32());
        Assert.Equal(1.0, json.GetProperty("accuracyShare").GetDouble());
        Assert.Equal(0.0, json.GetProperty("standardErrorShare").GetDouble());
        Assert.Equal(200, json.GetProperty("confusion").EnumerateArray().Sum(row => row.EnumerateArray().Sum(count => count.GetInt32())));
        Assert.Equal(20, json.GetProperty("confusion")[3][3].GetInt32());
    }

    [Fact]
    public void Numbers_do_not_depend_on_the_culture()
    {
        CultureInfo before = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = new CultureInfo("")
            {
                NumberFormat = new NumberFormatInfo { NumberDecimalSeparator = ",", NegativeSign = "\u2212", NumberGroupSeparator = "." },
            };
            Assert.Contains("100.00 %", Eval().Out, StringComparison.Ordinal);
            Assert.Equal(1.0, Eval("--json", "--min-accuracy", "0.5").Json().GetProperty("accuracyShare").GetDouble());
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Theory]
    [InlineData("train", 540)]
    [InlineData("validation", 60)]
    public void The_other_splits_do_not_read_the_test_set(string split, int samples)
    {
        File.Delete(_folder.At("data", "uci", "optdigits.tes"));
        Assert.Equal(samples, Eval("--split", split, "--json").Json().GetProperty("samples").GetInt32());
    }

    [Fact]
    public void Predictions_are_one_class_a_line()
    {
        string to = _folder.At("classes.txt");
        Assert.Equal(0, Eval("--predictions", to).Exit);
        Assert.Equal(Enumerable.Range(0, 200).Select(i => $"{i % 10}"), File.ReadAllLines(to));
    }

    [Fact]
    public void A_missed_minimum_is_told_by_the_exit_code()
    {
        File.WriteAllText(_folder.At("data", "uci", "optdigits.tes"), SyntheticDigits.Table(20, seed: 3).Replace(",9\n", ",8\n", StringComparison.Ordinal));
        Cli missed = Eval("--min-accuracy", "0.95");
        Assert.Equal(3, missed.Exit);
        Assert.Contains("error: accuracy 90.00 % is below the 95.00 % of --min-accuracy.", missed.Error, StringComparison.Ordinal);
        Assert.Contains("18 of 20", missed.Out, StringComparison.Ordinal);
        Assert.Equal(0, Eval("--min-accuracy", "0.9").Exit);
    }

    [Fact]
    public void A_missing_model_is_an_input_error() =>
        Cli.Run("eval", _folder.At("none"), "optdigits", "--data-dir", _folder.At("data")).AssertError(4, $"there is no model file {_folder.At("none")}.");

    [Fact]
    public void A_broken_model_is_refused_with_its_place()
    {
        File.WriteAllText(Model, "bnn 1\nnonsense\n");
        Cli eval = Eval();
        Assert.Equal((2, ""), (eval.Exit, eval.Out));
        Assert.StartsWith($"{Model}(2,1): error BNN0", eval.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_is_no_model_but_the_message_names_the_one_in_it()
    {
        BnnFile.Save(_folder.At("model.bnn"), Models.Tiny());
        Cli.Run("inspect", _folder.Path).AssertError(4, $"a model file or a run folder is wanted: {_folder.At("model.bnn")}.");
    }

    [Fact]
    public void A_model_file_does_not_know_its_data() => Cli.Run("eval", Model).AssertError(1, "which data?");

    [Fact]
    public void A_model_for_other_data_is_refused()
    {
        BnnFile.Save(Model, Models.Tiny());
        Eval().AssertError(2, "takes 4x1x1 and knows 2 classes, but optdigits has 1x8x8 and 10");
    }

    [Fact]
    public void Missing_data_tell_what_to_put_where()
    {
        File.Delete(_folder.At("data", "uci", "optdigits.tes"));
        Eval().AssertError(4, "has no optdigits.tes (plain or .gz). Get it from the UCI Machine Learning Repository");
    }

    [Fact]
    public void A_missing_data_folder_is_an_input_error() =>
        Cli.Run("eval", Model, "optdigits", "--data-dir", _folder.At("nowhere")).AssertError(4, "does not exist");

    [Fact]
    public void Damaged_data_are_bad_input()
    {
        _folder.Write("data/uci/optdigits.tes", "1,2,3\n");
        Eval().AssertError(2, "optdigits.tes(1): 3 columns, but 65 are expected");
    }

    private Cli Eval(params string[] more) => Cli.Run(["eval", Model, "optdigits", "--data-dir", _folder.At("data"), .. more]);
}
