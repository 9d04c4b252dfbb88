namespace Bnn.Trainer.Data;

/// <summary>The data sets that the trainer knows by name.</summary>
internal static class DataCatalogue
{
    /// <summary>The environment variable that names the data folder.</summary>
    public const string Variable = "BNN_DATA";

    private static readonly string[] Digits = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];

    /// <summary>All of them.</summary>
    public static IReadOnlyList<DataSet> All { get; } =
    [
        new("fashion-mnist", "70,000 pictures of clothes, 28x28 grey, 10 classes; H. Xiao, K. Rasul, R. Vollgraf 2017, MIT licence",
            "the GitHub repository zalandoresearch/fashion-mnist, folder data/fashion",
            new(1, 28, 28), "eight-bit",
            ["T-shirt/top", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot"], ["fashion-mnist"],
            [
                new("train-images-idx3-ubyte", "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888"),
                new("train-labels-idx1-ubyte", "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9"),
            ],
            [
                new("t10k-images-idx3-ubyte", "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b"),
                new("t10k-labels-idx1-ubyte", "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34"),
            ]),
        new("mnist", "70,000 handwritten digits, 28x28 grey; Y. LeCun, C. Cortes, C. J. C. Burges",
            "the MNIST page of Yann LeCun or one of its mirrors",
            new(1, 28, 28), "eight-bit", Digits, ["mnist"],
            [
                new("train-images-idx3-ubyte", "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db"),
                new("train-labels-idx1-ubyte", "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5"),
            ],
            [
                new("t10k-images-idx3-ubyte", "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7"),
                new("t10k-labels-idx1-ubyte", "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2"),
            ]),
        new("optdigits", "5,620 handwritten digits, 8x8 with values 0 to 16; E. Alpaydin, C. Kaynak 1998, CC BY 4.0",
            "the UCI Machine Learning Repository, 'Optical Recognition of Handwritten Digits'",
            new(1, 8, 8), "thermometer-4", Digits, ["uci", "optdigits"],
            [new("optdigits.tra", "e1b683cc211604fe8fd8c4417e6a69f31380e0c61d4af22e93cc21e9257ffedd")],
            [new("optdigits.tes", "6ebb3d2fee246a4e99363262ddf8a00a3c41bee6014c373ed9d9216ba7f651b8")]),
    ];

    /// <summary>The names, as a list in words.</summary>
    public static string Names => string.Join(", ", All.Select(set => set.Name));

    /// <summary>The data set of that name, or null.</summary>
    public static DataSet? Find(string name) => All.FirstOrDefault(set => string.Equals(set.Name, name, StringComparison.OrdinalIgnoreCase));

    /// <summary>The data folder: as given, else from the environment variable.</summary>
    /// <exception cref="UsageException">Neither names one.</exception>
    /// <exception cref="DirectoryNotFoundException">The folder is not there.</exception>
    public static string Folder(string? given)
    {
        string? variable = Environment.GetEnvironmentVariable(Variable);
        string? folder = given ?? (string.IsNullOrEmpty(variable) ? null : variable);
        if (folder is null)
            throw new UsageException($"where are the data? Name the folder with --data-dir DIR or the environment variable {Variable}.");
        return Directory.Exists(folder)
            ? folder
            : throw new DirectoryNotFoundException($"the data folder '{folder}'{(given is null ? $" (from {Variable})" : "")} does not exist.");
    }
}
