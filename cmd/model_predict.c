/* aiwf model predict: rows of a file to a model's server, and what it makes of them. */
#include <string.h>

#include "model.h"

struct predict_opts {
    const char *file, *version, *label, *input, *signature;
    int64_t timeout_ms;
    bool raw;
};

static const struct opt predict_opts[] = {
    {.name = "file",
     .letter = 'f',
     .type = OPT_FILE,
     OPT(struct predict_opts, file),
     .metavar = "FILE",
     .help = "what to predict: .npy, CSV, or JSON (rows, or a whole request); \"-\" is standard input"},
    MODEL_ASK_OPTS(struct predict_opts),
    {.name = "input",
     .type = OPT_STRING,
     OPT(struct predict_opts, input),
     .metavar = "NAME",
     .help = "the tensor that the rows are for, where the model has several"},
    {.name = "signature",
     .type = OPT_STRING,
     OPT(struct predict_opts, signature),
     .metavar = "NAME",
     .help = "the signature to use (usual: serving_default); tfserving"},
    {.name = "raw", .type = OPT_FLAG, OPT(struct predict_opts, raw), .help = "the server's answer as it is"},
    {.name = "timeout",
     .type = OPT_DURATION,
     OPT(struct predict_opts, timeout_ms),
     .metavar = "TIME",
     .missing = "60s",
     .help = "give up after this time (0: never)"},
    {0},
};

static int print_rows(struct cli *cli, node_t *predictions, struct err *err)
{
    CLEANUP(node_free) node_t *items = node_new_array();
    for (size_t i = 0; node_first(predictions); i++) {
        node_t *value = node_detach(predictions, node_first(predictions));
        node_t *item = node_push(items, node_new_object());
        node_set_num(item, "index", (double)i);
        node_set(item, "prediction", value);
    }
    return cli_print_list(cli, "prediction", items, err);
}

static int check(const struct cli *cli, const struct served_model *model, struct err *err)
{
    const struct predict_opts *opts = cli->opts;
    if (!opts->file) {
        err_set(err, ERR_USAGE, "what shall be predicted?");
        return err_hint(err, "-f FILE");
    }
    if (opts->version && opts->label)
        return err_set(err, ERR_USAGE, "--version and --label exclude each other");
    if (opts->label && !model->server->has_labels)
        return err_set(err, ERR_USAGE, "--label: a server of the Open Inference Protocol has no such thing");
    return opts->signature && model->server != &model_server_tfserving
               ? err_set(err, ERR_USAGE, "--signature: only TensorFlow's models have several")
               : 0;
}

static int answer(struct cli *cli, const struct http_response *res, const struct model_server *server, struct err *err)
{
    const struct predict_opts *opts = cli->opts;
    if (http_check(res, err, "model \"%s\" does not predict", cli->args.v[0]) != 0)
        return -1;
    if (opts->raw) {
        fwrite(res->body.buf, 1, res->body.len, cli->out);
        return 0;
    }
    CLEANUP(node_free) node_t *root = json_parse(res->body.buf, res->body.len, "the answer", err);
    CLEANUP(node_free) node_t *predictions = root ? server->predictions(root, err) : NULL;
    return predictions ? print_rows(cli, predictions, err) : -1;
}

static int predict(struct cli *cli, struct err *err)
{
    const struct predict_opts *opts = cli->opts;
    CLEANUP(served_model_release) struct served_model model = {0};
    if (served_model_find(cli, cli->args.v[0], &model, err) != 0 || check(cli, &model, err) != 0)
        return -1;
    struct model_ask ask = {.model = cli->args.v[0],
                            .version = opts->version,
                            .label = opts->label,
                            .input = opts->input,
                            .signature = opts->signature};
    struct model_call call = {
        .runtime = model.env.runtime, .env = &model.env.env, .server = model.server, .ask = &ask, .timeout_ms = opts->timeout_ms};
    CLEANUP(err_release) struct err unseen = ERR_INIT; /* what is not known is not checked: the server does */
    CLEANUP(node_free) node_t *about = model_about(&call, &unseen);
    if (!about && unseen.code == ERR_NOT_FOUND)
        return err_move(err, &unseen);
    CLEANUP(str_release) struct str body = STR_INIT;
    CLEANUP(http_response_release) struct http_response res = HTTP_RESPONSE_INIT;
    if (model_body(&call, opts->file, about, &body, err) != 0 || model_send(&call, MODEL_PREDICT, &body, &res, err) != 0)
        return -1;
    return answer(cli, &res, model.server, err);
}

static const struct arg name_arg[] = {{.name = "NAME", .help = "the model", .complete = complete_models}, {0}};

static const struct column predict_columns[] = {
    {.title = "INDEX", .path = "/index", .kind = CELL_NUMBER},
    {.title = "PREDICTION", .path = "/prediction"},
    {0},
};

static const struct example predict_examples[] = {
    {"aiwf model predict digits -f held-out.npy", "a row of the array is an instance"},
    {"aiwf model predict digits -f rows.csv --label stable -o json --jq '[.items[].prediction]'",
     "from CSV, of the stable version"},
    {"aiwf model predict digits -f request.json --raw", "a whole request, and the server's own answer"},
    {0},
};

const struct cmd model_predict_cmd = {
    .name = "predict",
    .help = "ask a model about the rows of a file",
    .about = "What kind of file it is, its content says. Rows are checked before they are sent against what the server says of\n"
             "the model's input: shape, and values that its type can hold. A file of numbers is never run as a program: arrays\n"
             "of Python objects are refused.",
    .args = name_arg,
    .opts = predict_opts,
    .opts_size = sizeof(struct predict_opts),
    .flags = CMD_CONTEXT | CMD_OUTPUT,
    .columns = predict_columns,
    .examples = predict_examples,
    .run = predict,
};
