namespace Bnn.Trainer.Tests;

/// <summary>The commands on data of the user's own: a second each.</summary>
public sealed class OwnDataTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public OwnDataTests() => PnmFiles.WriteFolder(Photos, samples: 40, seed: 1, "left", "middle", "right");

    private string Photos => _folder.At("photos");

    private string Run => _folder.At("run");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_folder_of_images_becomes_a_model_that_knows_its_classes()
    {
        Cli train = Train(Photos, Run);
        Assert.Equal((0, ""), (train.Exit, string.Concat(train.Error.Split('\n').Where(line => line.Contains("warning", StringComparison.Ordinal)))));
        Assert.Contains("12 images held out", train.Out, StringComparison.Ordinal);
        string model = File.ReadAllText(Path.Combine(Run, "model.bnn"));
        Assert.Contains("name \"photos\"", model, StringComparison.Ordinal);
        Assert.Contains("label \"middle\"", model, StringComparison.Ordinal);
        Assert.DoesNotContain(_folder.Path, model, StringComparison.Ordinal);

        PnmFiles.WriteFolder(_folder.At("more"), samples: 10, seed: 2, "left", "right");
        Cli eval = Cli.Run("eval", Path.Combine(Run, "model.bnn"), "images:" + _folder.At("more"), "--json");
        Assert.Equal((0, ""), (eval.Exit, eval.Error));
        Assert.Equal("all", eval.Json().GetProperty("split").GetString());
        Assert.Equal(20, eval.Json().GetProperty("samples").GetInt32());
        Assert.InRange(Accuracy(eval), 0.9, 1);
        Assert.Equal(10, eval.Json().GetProperty("confusion")[2].EnumerateArray().Sum(count => count.GetInt32()));
    }

    [Fact]
    public void A_run_is_measured_on_what_it_held_out()
    {
        Train(Photos, Run);
        Cli eval = Cli.Run("eval", Run, "--json");
        Assert.Equal((0, ""), (eval.Exit, eval.Error));
        Assert.Equal(("validation", 12), (eval.Json().GetProperty("split").GetString(), eval.Json().GetProperty("samples").GetInt32()));
    }

    [Fact]
    public void Measuring_on_the_training_images_is_told_and_so_is_a_part_of_others()
    {
        Train(Photos, Run);
        string same = Cli.Run("eval", Run, Photos).Error;
        Assert.Contains($"warning: {Photos} is what the model was trained on; --split validation measures the part", same, StringComparison.Ordinal);
        PnmFiles.WriteFolder(_folder.At("more"), samples: 20, seed: 2, "left", "right");
        Cli other = Cli.Run("eval", Run, _folder.At("more"), "--split", "validation");
        Assert.Contains("is not what the model was trained on, so no part of it was held out", other.Error, StringComparison.Ordinal);
        Cli.Run("eval", Run, Photos, "--split", "test").AssertError(1, "has no test set of its own");
    }

    [Fact]
    public void A_run_finds_its_data_again_or_is_told_where_they_are()
    {
        Train(Photos, Run);
        byte[] before = File.ReadAllBytes(Path.Combine(Run, "model.bnn"));
        Assert.Equal(0, Cli.Run("resume", Run).Exit);
        Assert.Equal(0, Cli.Run("prune", Run, "--rate", "0.25", "--epochs", "1", "--out", _folder.At("small")).Exit);
        Assert.Equal(0, Cli.Run("resume", _folder.At("small")).Exit);

        Directory.Move(Photos, _folder.At("moved"));
        Cli.Run("resume", Run).AssertError(
            4, $"the data of {Run} cannot be read: there is no folder {Photos}. If they have moved, say where to: --data DATASET.");
        Assert.Equal(0, Cli.Run("resume", Run, "--data", _folder.At("moved")).Exit);
        Assert.Equal(before, File.ReadAllBytes(Path.Combine(Run, "model.bnn")));
        Assert.Equal(0, Cli.Run("resume", Run).Exit); // it has learnt where they are
        PnmFiles.WriteFolder(_folder.At("moved"), samples: 40, seed: 3, "left", "middle", "right");
        Cli.Run("prune", Run, "--out", _folder.At("other")).AssertError(
            2, $"{Run} was trained on another content of photos than images:{_folder.At("moved")} has now");
        Assert.False(Directory.Exists(_folder.At("other")));
    }

    [Fact]
    public void A_table_with_names_trains_and_is_measured()
    {
        File.WriteAllText(_folder.At("lines.csv"), "kind," + string.Join(',', Enumerable.Range(1, 64).Select(p => $"p{p}")) + "\n" + Lines(1, 300));
        File.WriteAllText(_folder.At("test.csv"), Lines(2, 100));
        Cli train = Train($"table:{_folder.At("lines.csv")},class=kind,shape=8x8", Run, "--arch", "dense-32 scores", "--epochs", "12");
        Assert.Equal(0, train.Exit);
        Assert.Contains("thermometer", File.ReadAllText(Path.Combine(Run, "options.json")), StringComparison.Ordinal);
        Cli eval = Cli.Run("eval", Run, $"table:{_folder.At("test.csv")},class=first", "--json");
        Assert.Equal((0, ""), (eval.Exit, eval.Error));
        Assert.InRange(Accuracy(eval), 0.9, 1);
        Assert.Equal(["row 0", "row 1", "row 2"], eval.Json().GetProperty("labels").EnumerateArray().Take(3).Select(label => label.GetString()));
        File.WriteAllText(_folder.At("test.csv"), Lines(2, 10).Replace("row 2,", "row x,", StringComparison.Ordinal));
        Cli.Run("eval", Run, $"table:{_folder.At("test.csv")},class=first").AssertError(2, "test.csv(2): class row?x in column 1; classes are row 0, row 1");

        static string Lines(int seed, int samples) => string.Concat(SyntheticDigits.Table(samples, seed).Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split(','))
            .Select(columns => (Class: int.Parse(columns[64], System.Globalization.CultureInfo.InvariantCulture) + 1, Values: columns[..64]))
            .Select(line => $"row {line.Class % 10},{string.Join(',', line.Values)}\n"));
    }

    [Fact]
    public void Idx_files_of_one_s_own_train()
    {
        var random = new Random(1);
        byte[] labels = [.. Enumerable.Range(0, 200).Select(i => (byte)(i % 2))];
        byte[] images = [.. labels.SelectMany(label => Enumerable.Range(0, 16).Select(p => (byte)((p / 8 == label ? 180 : 20) + random.Next(60))))];
        _folder.Write("i.gz", IdxFiles.Gzip(IdxFiles.Images(200, 4, 4, images)));
        _folder.Write("l", IdxFiles.Labels(200, labels));
        Assert.Equal(0, Train($"idx:{_folder.At("i.gz")},{_folder.At("l")},names=top+bottom", Run).Exit);
        Cli eval = Cli.Run("eval", Run, "--json");
        Assert.Equal(["top", "bottom"], eval.Json().GetProperty("labels").EnumerateArray().Select(label => label.GetString()));
        Assert.InRange(Accuracy(eval), 0.9, 1);
    }

    [Fact]
    public void Data_that_cannot_be_trained_on_leave_no_run()
    {
        Train(_folder.At("nothing"), Run).AssertError(1, $"no data set is called '{_folder.At("nothing")}'");
        Train("images:" + _folder.At("nothing"), Run).AssertError(4, "there is no folder");
        Train("table:" + _folder.At("nothing.csv"), Run).AssertError(4, "nothing.csv");
        Train("table:" + Photos, Run).AssertError(4, $"{Photos} is a folder, but a file is wanted.");
        PnmFiles.WriteFolder(_folder.At("one"), samples: 5, seed: 1, "only");
        Train(_folder.At("one"), Run).AssertError(2, "has one class, 'only'; training needs two or more");
        _folder.Write("photos/left/0007.pgm", "P5 8 8 255\n");
        Train(Photos, Run).AssertError(2, "0007.pgm: cut off");
        Assert.False(Directory.Exists(Run));
    }

    [Fact]
    public void Classes_too_small_to_hold_out_from_are_told()
    {
        PnmFiles.WriteFolder(_folder.At("few"), samples: 4, seed: 1, "left", "right");
        Assert.Contains("has less than 5 samples of class 'left'; none of them is held out", Train(_folder.At("few"), Run).Error, StringComparison.Ordinal);
        Cli.Run("eval", Run).AssertError(2, "has the 5 samples from which one is held out; measure on other samples.");
    }

    [Fact]
    public void Images_of_another_size_than_the_model_takes_are_refused()
    {
        Train(Photos, Run);
        string other = _folder.Write("more/left/1.pgm", PnmFiles.Pgm(2, 2, [1, 2, 3, 4]));
        Cli.Run("eval", Run, _folder.At("more")).AssertError(2, $"{other}: an image of 1x2x2, but the model takes 1x8x8");
    }

    [Fact]
    public void A_class_that_the_model_does_not_know_is_refused()
    {
        Train(Photos, Run);
        PnmFiles.WriteFolder(_folder.At("more"), samples: 1, seed: 1, "upside-down");
        Cli.Run("eval", Run, _folder.At("more")).AssertError(2, "upside-down: no such class; there are left, middle, right");
    }

    private static Cli Train(string data, string run, params string[] more) =>
        Cli.Run(["train", data, "--out", run, "--batch", "12", .. more.Length > 0 ? more : ["--arch", "dense-16 scores", "--epochs", "6"]]);

    private static double Accuracy(Cli eval) => eval.Json().GetProperty("accuracyShare").GetDouble();
}
