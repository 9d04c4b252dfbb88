using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;
using Bnn.Trainer.Data;

namespace Bnn.Trainer.Experiments;

/// <summary>Reads experiment files. Every error names file, line and key.</summary>
internal sealed class ExperimentReader
{
    private static readonly string[] s_keys = ["name", "data", "seeds", "options", "grid", "variants", "baseline", "test", "keep", "minutes"];
    private const int MostSeeds = 1000;

    private readonly string _path;

    private ExperimentReader(string path) => _path = path;

    /// <summary>Reads a file.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="InvalidDataException">It does not say what an experiment is.</exception>
    public static Experiment Read(string path) => File.Exists(path)
        ? new ExperimentReader(path).Read(JsonEntry.Read(path, File.ReadAllBytes(path)))
        : throw new FileNotFoundException($"there is no experiment file {path}.");

    private Experiment Read(JsonEntry file)
    {
        if (!file.IsObject)
            Fail(file.Line, "an experiment is an object: { \"data\": ..., \"options\": ... }.");
        Check(file, s_keys);
        Setting[] options = Settings(file, "options", RunMethod.Usual);
        GridAxis[] grid = Grid(file, RunMethod.Usual);
        Variant[] variants = Variants(Find(file, "variants"), grid);
        DataSet[] data = Data(file);
        bool readsTest = Word(Find(file, "test"), "never", "once") == "once";
        if (readsTest && data.OfType<OwnData>().FirstOrDefault() is { } own)
            Fail(Find(file, "test")!.Line, $"{own.Argument} has no test set of its own.");
        bool keepsModels = Word(Find(file, "keep"), "nothing", "model") == "model";
        return new(
            _path, Name(Find(file, "name")), data, Seeds(Find(file, "seeds")), options, grid, variants, Text(Find(file, "baseline")), readsTest, keepsModels,
            Minutes(Find(file, "minutes")));
    }

    private string Name(JsonMember? member)
    {
        string name = Text(member) ?? Path.GetFileNameWithoutExtension(_path);
        if (name.Length is 0 or > 60 || !name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.') || name.StartsWith('.'))
            Fail(member?.Line ?? 1, $"the name '{name}' names a folder: letters, digits, hyphens, dots and underscores, at most 60.");
        return name;
    }

    private DataSet[] Data(JsonEntry file)
    {
        JsonMember data = Find(file, "data") ?? throw Error(file.Line, "\"data\" is missing: which data set, or which ones?");
        IReadOnlyList<JsonEntry> named = data.Value.IsArray ? data.Value.Items : [data.Value];
        if (named.Count == 0)
            Fail(data.Line, "\"data\" names no data set.");
        return [.. named.Select(entry => DataSet.Parse(Text("data", entry), out string? problem) ?? throw Error(entry.Line, problem!))];
    }

    private ulong[] Seeds(JsonMember? member)
    {
        if (member is null)
            return [1];
        if (!member.Value.IsArray)
        {
            ulong count = Seed(member.Value);
            return count is >= 1 and <= MostSeeds
                ? [.. Enumerable.Range(1, (int)count).Select(seed => (ulong)seed)]
                : throw Error(member.Line, $"\"seeds\" is a number from 1 to {MostSeeds}, for the seeds from 1 on, or a list of seeds.");
        }
        ulong[] seeds = [.. member.Value.Items.Select(Seed)];
        if (seeds.Length is 0 or > MostSeeds || seeds.Distinct().Count() < seeds.Length)
            Fail(member.Line, $"\"seeds\" is a list of 1 to {MostSeeds} different numbers.");
        return seeds;
    }

    private ulong Seed(JsonEntry entry) => entry.Kind == JsonTokenType.Number && ulong.TryParse(entry.Text, CultureInfo.InvariantCulture, out ulong seed)
        ? seed
        : throw Error(entry.Line, "a seed is a whole number from 0 up.");

    private double? Minutes(JsonMember? member) => member is null
        ? null
        : member.Value.Kind == JsonTokenType.Number && double.TryParse(member.Value.Text, CultureInfo.InvariantCulture, out double minutes) && minutes > 0
            ? minutes
            : throw Error(member.Line, "\"minutes\" is a number above 0.");

    private Variant[] Variants(JsonMember? member, GridAxis[] grid)
    {
        if (member is null)
            return [new("", null, RunMethod.Usual, [], [], 1)];
        RequireObject(member);
        if (member.Value.Members.Count == 0)
            Fail(member.Line, "\"variants\" names none.");
        List<Variant> waiting = [.. member.Value.Members.Select(variant => Variant(variant, grid))];
        foreach (Variant variant in waiting.Where(variant => variant.Parent is not null))
        {
            Variant? parent = waiting.Find(other => other.Name == variant.Parent);
            if (parent is null)
            {
                string meant = Meant(variant.Parent!, waiting.Select(other => other.Name));
                Fail(variant.Line, $"\"{variant.Name}\" needs \"{variant.Parent}\", but no variant is called that{meant}");
            }
            if (variant.Teacher is not null && (parent.From is not null || parent.Grid.Count > 0))
            {
                Fail(
                    variant.Line,
                    $"\"{variant.Name}\" learns from \"{parent.Name}\", which must have neither \"from\" nor a grid of its own: one run for each seed.");
            }
        }
        var ordered = new List<Variant>();
        while (waiting.Count > 0)
        {
            Variant[] ready = [.. waiting.Where(variant => variant.Parent is null || ordered.Exists(other => other.Name == variant.Parent))];
            if (ready.Length == 0)
                Fail(waiting[0].Line, $"\"{waiting[0].Name}\" needs itself, by way of \"{waiting[0].Parent}\".");
            ordered.AddRange(ready);
            waiting.RemoveAll(ready.Contains);
        }
        return [.. ordered];
    }

    private Variant Variant(JsonMember member, GridAxis[] grid)
    {
        RequireObject(member);
        if (member.Key.Length is 0 or > 40 || !member.Key.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.'))
            Fail(member.Line, $"the variant '{member.Key}' needs a name of letters, digits, hyphens, dots and underscores, at most 40.");
        string? from = Text(Find(member.Value, "from"));
        JsonMember? named = Find(member.Value, "method");
        RunMethod method = Method(named, from is null ? RunMethod.Usual.Name : RunMethod.All.First(other => other.HasParent).Name);
        if (from is null && method.HasParent)
            Fail(member.Line, $"\"{member.Key}\" is made by {method.Name}, so it needs \"from\": the variant that it starts from.");
        if (from is not null && !method.HasParent)
            Fail(member.Line, $"\"{member.Key}\" has \"from\", but {method.Name} starts from random weights.");
        Check(member.Value, ["from", "method", "grid", .. method.Keys]);
        Setting[] own = [.. member.Value.Members.Where(option => option.Key is not ("from" or "method" or "grid")).Select(option => Setting(option, method))];
        GridAxis[] ownGrid = Grid(member.Value, method);
        IEnumerable<string> varied = ownGrid.Concat(method.HasParent ? [] : grid).Select(axis => axis.Key);
        foreach (Setting setting in own.Where(setting => varied.Contains(setting.Key)))
            Fail(setting.Line, $"\"{setting.Key}\" of \"{member.Key}\" is an axis of the grid as well; say it once.");
        foreach (GridAxis axis in ownGrid.Where(axis => !method.HasParent && grid.Any(other => other.Key == axis.Key)))
            Fail(axis.Values[0].Line, $"\"{axis.Key}\" is an axis of the grid of all variants already.");
        return new(member.Key, from, method, own, ownGrid, member.Line);
    }

    private RunMethod Method(JsonMember? member, string usual)
    {
        string word = Text(member) ?? usual;
        return RunMethod.All.FirstOrDefault(method => method.Name == word)
            ?? throw Error(member!.Line, $"no method is called '{word}'; there are {string.Join(", ", RunMethod.All.Select(method => method.Name))}.");
    }

    private Setting[] Settings(JsonEntry parent, string key, RunMethod method)
    {
        if (Find(parent, key) is not { } member)
            return [];
        RequireObject(member);
        Check(member.Value, method.Keys);
        RefuseRuns(member, method);
        return [.. member.Value.Members.Select(option => Setting(option, method))];
    }

    private GridAxis[] Grid(JsonEntry parent, RunMethod method)
    {
        if (Find(parent, "grid") is not { } member)
            return [];
        RequireObject(member);
        Check(member.Value, method.Keys);
        RefuseRuns(member, method);
        return [.. member.Value.Members.Select(Axis)];

        GridAxis Axis(JsonMember axis)
        {
            if (!axis.Value.IsArray || axis.Value.Items.Count == 0)
                Fail(axis.Line, $"\"{axis.Key}\" in \"grid\" needs a list of values: [1, 2].");
            return new(axis.Key, [.. axis.Value.Items.Select(item => Setting(new(axis.Key, item.Line, item), method))]);
        }
    }

    private void RefuseRuns(JsonMember member, RunMethod method)
    {
        if (member.Value.Members.FirstOrDefault(option => method.IsRun(option.Key)) is { } run)
            Fail(run.Line, $"\"{run.Key}\" names a variant that another one needs, so it stands in a variant.");
    }

    private Setting Setting(JsonMember member, RunMethod method)
    {
        JsonEntry value = member.Value;
        if (value.IsArray)
            Fail(member.Line, $"\"{member.Key}\" has a list of values; such lists stand in \"grid\".");
        bool isSwitch = method.IsSwitch(member.Key);
        bool isBoolean = value.Kind is JsonTokenType.True or JsonTokenType.False;
        if (isSwitch != isBoolean || value.Kind is not (JsonTokenType.True or JsonTokenType.False or JsonTokenType.String or JsonTokenType.Number))
            Fail(member.Line, $"\"{member.Key}\" must be {(isSwitch ? "true or false" : "a number or a text in quotes")}.");
        var setting = new Setting(member.Key, value.Text, isSwitch, member.Line);
        if (value.Text.Length == 0)
            Fail(member.Line, $"\"{member.Key}\" must not be empty.");
        if (method.Problem(setting) is { } problem)
            Fail(member.Line, problem);
        return setting;
    }

    private string Word(JsonMember? member, string usual, string other)
    {
        string word = Text(member) ?? usual;
        return word == usual || word == other ? word : throw Error(member!.Line, $"\"{member.Key}\" is \"{usual}\" or \"{other}\", but not \"{word}\".");
    }

    private string? Text(JsonMember? member) => member is null ? null : Text(member.Key, member.Value);

    private string Text(string key, JsonEntry entry) =>
        entry.Kind == JsonTokenType.String && entry.Text.Length > 0 ? entry.Text : throw Error(entry.Line, $"\"{key}\" must be a text in quotes.");

    private void RequireObject(JsonMember member)
    {
        if (!member.Value.IsObject)
            Fail(member.Line, $"\"{member.Key}\" must be an object: {{ ... }}.");
    }

    private void Check(JsonEntry entry, IEnumerable<string> known)
    {
        if (entry.Members.FirstOrDefault(member => !known.Contains(member.Key)) is not { } wrong)
            return;
        string meant = Meant(wrong.Key, known);
        Fail(wrong.Line, $"unknown key \"{wrong.Key}\"{(meant != "." ? meant : $"; there are {string.Join(", ", known)}.")}");
    }

    private static string Meant(string written, IEnumerable<string> known) => NearWord.Of(written, known) is { } near ? $"; did you mean \"{near}\"?" : ".";

    private static JsonMember? Find(JsonEntry parent, string key) => parent.Members.FirstOrDefault(member => member.Key == key);

    private InvalidDataException Error(int line, string text) => new($"{_path}, line {line}: {Reports.Text.Safe(text)}");

    [DoesNotReturn]
    private void Fail(int line, string text) => throw Error(line, text);
}
